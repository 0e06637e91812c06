"""An authority and server certificates, right and wrong ones, made by openssl for one run."""

import ssl
import subprocess


class Authority:
    def __init__(self, folder):
        self.folder = folder
        self.path = folder / "ca.pem"
        self.openssl("req", "-x509", *KEY, "-days", "2", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Test CA",
                     "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    def openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)

    def context(self, name, host="localhost", days=2, signed=True):
        """What a server with this certificate needs. Negative days: it has run out. Unsigned: it vouches for itself."""
        key, request, certificate = f"{name}.key", f"{name}.csr", f"{name}.pem"
        names = f"subjectAltName=DNS:{host}"
        if not signed:
            self.openssl("req", "-x509", *KEY, "-days", "2", "-keyout", key, "-out", certificate, "-subj", f"/CN={host}",
                         "-addext", names)
        else:
            (self.folder / f"{name}.ext").write_text(names + "\n")
            self.openssl("req", *KEY, "-keyout", key, "-out", request, "-subj", f"/CN={host}")
            self.openssl("x509", "-req", "-in", request, "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                         "-out", certificate, "-extfile", f"{name}.ext", "-days", str(days))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / certificate, self.folder / key)
        return context


KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
