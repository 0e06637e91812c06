"""The exports in LibreOffice, as somebody opens them: `;` in a French one, `,` in an English one.

    BINARY=target/debug/belle-house python tests/python/spreadsheet_checks.py
"""

import subprocess
import tempfile
import uuid
import xml.etree.ElementTree as xml
from datetime import date, timedelta
from pathlib import Path

from product import Checks, Product

NS = {
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
}
FRENCH, ENGLISH = 1036, 1033
NAME = "Zaïnab Ɓello, née « Ŋissa » 🏠"
PHONE = "(+227) 90 01 02 03"
FORMULAS = [
    "=1+1", "+1+1", "-2+3*cmd|' /C calc'!A0", "@SUM(1+1)", "\t=1+1", "=HYPERLINK(\"http://evil.example\";\"clic\")",
    "innocent;=1+1", "innocent,=1+1", "innocent\n=1+1", "\"=1+1", "innocent\";=1+1", "innocent\",=1+1", " =1+1", "＝1+1",
]
DIGITS = "0022790010203"


class Cell:
    def __init__(self, element):
        self.kind = element.get(f"{{{NS['office']}}}value-type")
        self.value = element.get(f"{{{NS['office']}}}value")
        self.day = element.get(f"{{{NS['office']}}}date-value")
        self.formula = element.get(f"{{{NS['table']}}}formula")
        self.text = "\n".join("".join(line.itertext()) for line in element.findall("text:p", NS))

    def __repr__(self):
        return f"<{self.kind} {self.value or self.day or self.text!r}{' formula ' + self.formula if self.formula else ''}>"


class Spreadsheet:
    """LibreOffice with a profile of its own."""

    def __init__(self, folder):
        self.folder = folder

    def open(self, files, language, separator, special):
        """The rows of each file as LibreOffice reads them. `special`: with «detect special numbers», such as times, ticked."""
        read = f"CSV:{ord(separator)},34,76,1,,{language},false,{str(special).lower()}"
        paths = {name: self.folder / f"{name}.csv" for name in files}
        for name, path in paths.items():
            path.write_bytes(files[name])
        out = Path(tempfile.mkdtemp(dir=self.folder))
        done = subprocess.run(
            ["soffice", f"-env:UserInstallation=file://{self.folder}/profile", "--headless", "--norestore", f"--infilter={read}",
             "--convert-to", "fods", "--outdir", str(out), *map(str, paths.values())],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)
        assert all((out / f"{name}.fods").exists() for name in files), done.stdout
        return {name: self.rows(out / f"{name}.fods") for name in files}

    def rows(self, made):
        rows = []
        for row in xml.parse(made).iter(f"{{{NS['table']}}}table-row"):
            cells = []
            for cell in row.findall("table:table-cell", NS):
                # The empty rest of a row and of the sheet is one cell, repeated.
                times = int(cell.get(f"{{{NS['table']}}}number-columns-repeated", 1))
                cells += [Cell(cell)] * min(times, 30)
            rows.append(cells)
        return rows


def main():
    checks = Checks(limit=240)
    with tempfile.TemporaryDirectory(prefix="belle-house-calc.") as folder, Product() as product:
        calc = Spreadsheet(Path(folder))
        client = product.create_client("client@exemple.example", name=NAME)
        today = date.today()
        project = product.mutate("createProject", {
            "clientId": client, "name": "Villa Ƙano; « été »", "startDate": str(today), "currentPhase": "FOUNDATION",
            "estimatedCompletion": str(today + timedelta(days=200)), "progressPercentage": 0, "totalQuote": "1000000",
            "currency": "EUR"}, "project { id }")["project"]["id"]
        product.mutate("createInvoice", {
            "projectId": project, "subject": DIGITS, "dueDate": "2099-05-31", "taxPercentage": "19",
            "items": [{"description": "Béton", "quantity": "1", "unitPrice": "1234567.89"}],
            "idempotencyKey": str(uuid.uuid4())}, "invoice { id }")
        for formula in FORMULAS:
            product.mutate("createLead", {"name": "L" + formula if formula[0] == "\t" else formula, "phone": "90 01 02 03",
                                          "hasLand": True, "locationOfLand": formula, "message": formula}, "lead { id }")
        product.mutate("createLead", {"name": NAME, "phone": "90 01 02 03", "hasLand": True, "locationOfLand": DIGITS},
                       "lead { id }")

        def export(field, separator, **more):
            given = {"separator": separator, **more}
            return product.get(product.mutate(field, given, "export { url }")["export"]["url"])[2]

        files = {
            separator: {
                "invoices": export("exportInvoices", separator, filter={"status": ["DRAFT"]}),
                "leads": export("exportLeads", separator),
            }
            for separator in ("COMMA", "SEMICOLON")
        }

        def column(rows, title):
            at = next(index for index, cell in enumerate(rows[0]) if cell.text == title)
            return [row[at] for row in rows[1:] if len(row) > at and row[0].text + row[1].text]

        def at_home(language, separator, name, special):
            read = calc.open(files[name], language, separator, special)
            invoices, leads = read["invoices"], read["leads"]
            for title, value in {"Total HT": 1234567.89, "TVA": 234567.90, "Total TTC": 1469135.79, "Payé": 0}.items():
                cell = column(invoices, title)[0]
                assert cell.kind == "float" and float(cell.value) == value, (title, cell)
            assert column(invoices, "Échéance")[0].day == "2099-05-31", column(invoices, "Échéance")
            assert column(invoices, "Client")[0].text == NAME
            assert column(invoices, "Projet")[0].text == "Villa Ƙano; « été »"
            phones = column(leads, "Téléphone")
            assert len(phones) == len(FORMULAS) + 1 and all(cell.text == PHONE for cell in phones), phones
            assert NAME in [cell.text for cell in column(leads, "Nom")]
            # What somebody wrote stays as they wrote it, its zeros too.
            for cells in (column(invoices, "Objet"), column(leads, "Lieu du terrain")):
                assert DIGITS in [cell.text.lstrip("'") for cell in cells], cells
            # LibreOffice takes a day with a time for one when it is told to look.
            received = column(leads, "Reçu le")
            assert all(cell.day if special else cell.text for cell in received), received
            harmless(invoices + leads)

        def harmless(rows):
            formulas = [cell for row in rows for cell in row if cell.formula]
            assert not formulas, formulas

        def elsewhere():
            for name, separator in (("COMMA", ";"), ("SEMICOLON", ","), ("COMMA", "\t")):
                for rows in calc.open(files[name], FRENCH, separator, True).values():
                    harmless(rows)

        for special in (False, True):
            told = ", special numbers detected" if special else ""
            checks.check(f"in French, with semicolons{told}", lambda: at_home(FRENCH, ";", "SEMICOLON", special))
            checks.check(f"in English, with commas{told}", lambda: at_home(ENGLISH, ",", "COMMA", special))
        checks.check("no formula either when the separator is another", elsewhere)
    checks.end()


if __name__ == "__main__":
    main()
