//! Invoices with their lines, payments, the series their numbers come from, and the company's details on documents.
//!
//! The rules of billing stand in its commands. What must never happen whatever a command does stands here a second
//! time: checks, and triggers that refuse to change or delete what was issued or paid.

use sea_orm_migration::{
    prelude::*,
    schema::*,
    sea_orm::{DbBackend, prelude::Uuid},
};

use crate::record_columns::{index, with_record_columns};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// The id of the one row of `company_profiles`.
const COMPANY: Uuid = Uuid::from_u128(0x019a_a000_0000_7000_8000_0000_0000_0001);

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        company(manager).await?;
        series(manager).await?;
        invoices(manager).await?;
        items(manager).await?;
        payments(manager).await?;
        notices(manager).await?;
        let triggers = match manager.get_database_backend() {
            DbBackend::Sqlite => SQLITE_TRIGGERS,
            _ => POSTGRES_TRIGGERS,
        };
        manager.get_connection().execute_unprepared(triggers).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [
            "billing_runs",
            "invoice_notices",
            "payments",
            "invoice_items",
            "invoices",
            "number_series",
            "company_profiles",
        ] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        if manager.get_database_backend() == DbBackend::Postgres {
            manager
                .get_connection()
                .execute_unprepared(
                    "DROP FUNCTION invoice_stays(); DROP FUNCTION invoice_lines_stay(); DROP FUNCTION payment_stays(); \
                     DROP FUNCTION books_are_kept();",
                )
                .await?;
        }
        Ok(())
    }
}

async fn company(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            with_record_columns(Table::create().table("company_profiles"))
                // One row, whatever happens.
                .col(integer_uniq("singleton"))
                .col(text("name"))
                .col(text_null("address"))
                .col(text_null("phone"))
                .col(text_null("email"))
                .col(text_null("nif"))
                .col(text_null("rccm"))
                .col(text_null("bank_details"))
                .col(text_null("payment_terms"))
                .col(uuid_null("logo_image_id"))
                .col(big_integer("tax_percentage"))
                .col(text_null("fiscal_nim"))
                .col(text_null("fiscal_signature"))
                .col(text_null("fiscal_qr"))
                .check(Expr::col("singleton").eq(1))
                .check(Expr::col("tax_percentage").between(0, 10_000))
                .foreign_key(
                    ForeignKey::create()
                        .from("company_profiles", "logo_image_id")
                        .to("images", "id"),
                )
                .to_owned(),
        )
        .await?;
    let laid = chrono_of_laying();
    manager
        .execute(
            Query::insert()
                .into_table("company_profiles")
                .columns([
                    "id",
                    "version",
                    "created_at",
                    "updated_at",
                    "singleton",
                    "name",
                    "tax_percentage",
                ])
                .values_panic([
                    COMPANY.into(),
                    1.into(),
                    laid.into(),
                    laid.into(),
                    1.into(),
                    "Belle House".into(),
                    0_i64.into(),
                ])
                .to_owned(),
        )
        .await
}

/// A moment for the row that nobody entered.
fn chrono_of_laying() -> sea_orm_migration::sea_orm::prelude::DateTimeUtc {
    sea_orm_migration::sea_orm::prelude::DateTimeUtc::UNIX_EPOCH
}

async fn series(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("number_series")
                .col(text("series").primary_key())
                .col(integer("year"))
                .col(big_integer("last_number"))
                .col(date_null("last_date"))
                .check(Expr::col("last_number").gte(0))
                .to_owned(),
        )
        .await?;
    for series in ["BH", "AV"] {
        manager
            .execute(
                Query::insert()
                    .into_table("number_series")
                    .columns(["series", "year", "last_number"])
                    .values_panic([series.into(), 0.into(), 0_i64.into()])
                    .to_owned(),
            )
            .await?;
    }
    Ok(())
}

async fn invoices(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            with_record_columns(Table::create().table("invoices"))
                .col(uuid("project_id"))
                .col(text("kind"))
                .col(uuid_null("credited_invoice_id"))
                .col(text("state"))
                .col(text_null("number"))
                .col(text_null("series"))
                .col(integer_null("year"))
                .col(big_integer_null("sequence"))
                // year · 10^9 + sequence: numbers in the order of their digits, not of their letters.
                .col(big_integer_null("number_key"))
                .col(text("subject"))
                .col(date_null("issue_date"))
                .col(date_null("due_date"))
                .col(text("currency"))
                .col(big_integer("tax_percentage"))
                .col(big_integer("advance_payment"))
                .col(text_null("payment_mode"))
                .col(big_integer("subtotal"))
                .col(big_integer("tax_amount"))
                .col(big_integer("total_ttc"))
                .col(big_integer("net_to_pay"))
                .col(text_null("client_name"))
                .col(text_null("client_address"))
                .col(text_null("client_phone"))
                .col(text_null("project_name"))
                .col(json_null("company"))
                .col(uuid_null("company_logo_id"))
                .col(timestamp_with_time_zone_null("issued_at"))
                .col(timestamp_with_time_zone_null("cancelled_at"))
                .col(date_null("cancelled_on"))
                .col(text_null("cancel_reason"))
                .col(text("search_text"))
                .check(Expr::col("state").is_in(["DRAFT", "ISSUED", "CANCELLED"]))
                .check(Expr::cust(
                    "(kind = 'INVOICE' AND credited_invoice_id IS NULL) OR (kind = 'CREDIT_NOTE' AND \
                     credited_invoice_id IS NOT NULL AND advance_payment = 0 AND state <> 'CANCELLED')",
                ))
                .check(Expr::cust(
                    "(state = 'DRAFT' AND number IS NULL AND series IS NULL AND issue_date IS NULL AND issued_at IS NULL) \
                     OR (state <> 'DRAFT' AND number IS NOT NULL AND series IS NOT NULL AND year IS NOT NULL AND \
                     sequence IS NOT NULL AND number_key IS NOT NULL AND issue_date IS NOT NULL AND issued_at IS NOT NULL \
                     AND client_name IS NOT NULL AND project_name IS NOT NULL AND company IS NOT NULL AND total_ttc > 0 AND net_to_pay >= 0)",
                ))
                .check(Expr::cust(
                    "(state = 'CANCELLED') = (cancelled_at IS NOT NULL) AND (cancelled_at IS NULL) = (cancel_reason IS NULL) \
                     AND (cancelled_at IS NULL) = (cancelled_on IS NULL)",
                ))
                .check(Expr::cust("deleted_at IS NULL OR state = 'DRAFT'"))
                .check(Expr::cust(
                    "total_ttc = subtotal + tax_amount AND net_to_pay = total_ttc - advance_payment",
                ))
                .check(Expr::col("advance_payment").gte(0))
                .check(Expr::col("tax_percentage").between(0, 10_000))
                .foreign_key(
                    ForeignKey::create()
                        .from("invoices", "project_id")
                        .to("projects", "id"),
                )
                .foreign_key(
                    ForeignKey::create()
                        .from("invoices", "credited_invoice_id")
                        .to("invoices", "id"),
                )
                .foreign_key(
                    ForeignKey::create()
                        .from("invoices", "company_logo_id")
                        .to("images", "id"),
                )
                .to_owned(),
        )
        .await?;
    for unique in [
        index("invoices", "number", &["number"]),
        index("invoices", "series", &["series", "year", "sequence"]),
    ] {
        manager.create_index(unique.clone().unique().to_owned()).await?;
    }
    for plain in [
        index("invoices", "project", &["project_id", "created_at", "id"]),
        index("invoices", "credited", &["credited_invoice_id"]),
        index("invoices", "created_at", &["created_at", "id"]),
        index("invoices", "issue_date", &["issue_date", "id"]),
        index("invoices", "due_date", &["due_date", "id"]),
        index("invoices", "deletion_batch", &["deletion_batch"]),
        index("invoices", "company_logo", &["company_logo_id"]),
    ] {
        manager.create_index(plain).await?;
    }
    Ok(())
}

async fn items(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("invoice_items")
                .col(pk_uuid("id"))
                .col(uuid("invoice_id"))
                .col(integer("position"))
                .col(text("description"))
                .col(big_integer("quantity"))
                .col(big_integer("unit_price"))
                .col(big_integer("total_price"))
                .check(Expr::col("quantity").gt(0))
                .foreign_key(
                    ForeignKey::create()
                        .from("invoice_items", "invoice_id")
                        .to("invoices", "id"),
                )
                .to_owned(),
        )
        .await?;
    manager
        .create_index(index("invoice_items", "invoice", &["invoice_id", "position"]))
        .await
}

async fn payments(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            with_record_columns(Table::create().table("payments"))
                .col(uuid("project_id"))
                .col(uuid_null("invoice_id"))
                .col(text("currency"))
                .col(big_integer("amount"))
                .col(date("paid_on"))
                .col(text("mode"))
                .col(text_null("reference"))
                .col(timestamp_with_time_zone_null("voided_at"))
                .col(date_null("voided_on"))
                .col(text_null("void_reason"))
                .check(Expr::col("amount").gt(0))
                .check(Expr::cust(
                    "(voided_at IS NULL) = (void_reason IS NULL) AND (voided_at IS NULL) = (voided_on IS NULL)",
                ))
                .check(Expr::cust("deleted_at IS NULL"))
                .foreign_key(
                    ForeignKey::create()
                        .from("payments", "project_id")
                        .to("projects", "id"),
                )
                .foreign_key(
                    ForeignKey::create()
                        .from("payments", "invoice_id")
                        .to("invoices", "id"),
                )
                .to_owned(),
        )
        .await?;
    for plain in [
        index("payments", "project", &["project_id", "paid_on", "id"]),
        index("payments", "invoice", &["invoice_id"]),
        index("payments", "paid_on", &["paid_on", "id"]),
        index("payments", "created_at", &["created_at", "id"]),
    ] {
        manager.create_index(plain).await?;
    }
    Ok(())
}

/// What clients were told of a due date, each once, and how far the daily work is.
async fn notices(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("invoice_notices")
                .col(pk_uuid("id"))
                .col(uuid("invoice_id"))
                .col(text("notice"))
                .col(date("due_date"))
                .col(timestamp_with_time_zone("noted_at"))
                .foreign_key(
                    ForeignKey::create()
                        .from("invoice_notices", "invoice_id")
                        .to("invoices", "id"),
                )
                .to_owned(),
        )
        .await?;
    manager
        .create_index(
            index("invoice_notices", "once", &["invoice_id", "notice", "due_date"])
                .unique()
                .to_owned(),
        )
        .await?;
    manager
        .create_table(
            Table::create()
                .table("billing_runs")
                .col(text("run").primary_key())
                .col(date("last_day"))
                .to_owned(),
        )
        .await
}

/// An issued invoice keeps everything but its state, which goes from issued to cancelled alone; its lines stay; a
/// recorded payment can be voided and nothing else.
const SQLITE_TRIGGERS: &str = "
CREATE TRIGGER invoice_stays BEFORE UPDATE ON invoices
WHEN OLD.state <> 'DRAFT' AND NOT (
    NEW.id IS OLD.id AND NEW.project_id IS OLD.project_id AND NEW.kind IS OLD.kind
    AND NEW.credited_invoice_id IS OLD.credited_invoice_id AND NEW.number IS OLD.number
    AND NEW.series IS OLD.series AND NEW.year IS OLD.year AND NEW.sequence IS OLD.sequence
    AND NEW.subject IS OLD.subject AND NEW.issue_date IS OLD.issue_date AND NEW.due_date IS OLD.due_date
    AND NEW.currency IS OLD.currency AND NEW.tax_percentage IS OLD.tax_percentage
    AND NEW.advance_payment IS OLD.advance_payment AND NEW.payment_mode IS OLD.payment_mode
    AND NEW.subtotal IS OLD.subtotal AND NEW.tax_amount IS OLD.tax_amount
    AND NEW.client_name IS OLD.client_name AND NEW.client_address IS OLD.client_address
    AND NEW.client_phone IS OLD.client_phone AND NEW.project_name IS OLD.project_name AND NEW.company IS OLD.company
    AND NEW.company_logo_id IS OLD.company_logo_id AND NEW.number_key IS OLD.number_key
    AND NEW.issued_at IS OLD.issued_at AND NEW.deleted_at IS NULL
    AND (OLD.state = 'ISSUED' OR (NEW.cancelled_at IS OLD.cancelled_at
         AND NEW.cancelled_on IS OLD.cancelled_on AND NEW.cancel_reason IS OLD.cancel_reason))
    AND (NEW.state = OLD.state OR (OLD.state = 'ISSUED' AND NEW.state = 'CANCELLED')))
BEGIN SELECT RAISE(ABORT, 'an issued invoice does not change'); END;
CREATE TRIGGER invoice_is_kept BEFORE DELETE ON invoices WHEN OLD.state <> 'DRAFT'
BEGIN SELECT RAISE(ABORT, 'an issued invoice is not deleted'); END;
-- INSERT OR REPLACE deletes without the triggers for that.
CREATE TRIGGER invoice_not_replaced BEFORE INSERT ON invoices
WHEN EXISTS (SELECT 1 FROM invoices WHERE state <> 'DRAFT' AND (id = NEW.id OR number = NEW.number))
BEGIN SELECT RAISE(ABORT, 'an issued invoice is not replaced'); END;
CREATE TRIGGER invoice_line_not_added BEFORE INSERT ON invoice_items
WHEN (SELECT state FROM invoices WHERE id = NEW.invoice_id) <> 'DRAFT'
BEGIN SELECT RAISE(ABORT, 'the lines of an issued invoice do not change'); END;
CREATE TRIGGER invoice_line_not_changed BEFORE UPDATE ON invoice_items
WHEN (SELECT state FROM invoices WHERE id = OLD.invoice_id) <> 'DRAFT'
  OR (SELECT state FROM invoices WHERE id = NEW.invoice_id) <> 'DRAFT'
BEGIN SELECT RAISE(ABORT, 'the lines of an issued invoice do not change'); END;
CREATE TRIGGER invoice_line_not_removed BEFORE DELETE ON invoice_items
WHEN (SELECT state FROM invoices WHERE id = OLD.invoice_id) <> 'DRAFT'
BEGIN SELECT RAISE(ABORT, 'the lines of an issued invoice do not change'); END;
CREATE TRIGGER payment_stays BEFORE UPDATE ON payments
WHEN OLD.voided_at IS NOT NULL OR NOT (
    NEW.id IS OLD.id AND NEW.project_id IS OLD.project_id AND NEW.invoice_id IS OLD.invoice_id
    AND NEW.currency IS OLD.currency AND NEW.amount IS OLD.amount AND NEW.paid_on IS OLD.paid_on
    AND NEW.mode IS OLD.mode AND NEW.reference IS OLD.reference)
BEGIN SELECT RAISE(ABORT, 'a payment is voided, not changed'); END;
CREATE TRIGGER payment_is_kept BEFORE DELETE ON payments
BEGIN SELECT RAISE(ABORT, 'a payment is voided, not deleted'); END;
CREATE TRIGGER payment_not_replaced BEFORE INSERT ON payments
WHEN EXISTS (SELECT 1 FROM payments WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a payment is voided, not replaced'); END;
";

const POSTGRES_TRIGGERS: &str = "
CREATE FUNCTION invoice_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state = 'DRAFT' THEN
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
  END IF;
  IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'an issued invoice is not deleted'; END IF;
  IF ROW(NEW.id, NEW.project_id, NEW.kind, NEW.credited_invoice_id, NEW.number, NEW.series, NEW.year, NEW.sequence,
         NEW.subject, NEW.issue_date, NEW.due_date, NEW.currency, NEW.tax_percentage, NEW.advance_payment,
         NEW.payment_mode, NEW.subtotal, NEW.tax_amount, NEW.client_name, NEW.client_address, NEW.client_phone,
         NEW.project_name,
         NEW.company::text, NEW.company_logo_id, NEW.number_key, NEW.issued_at)
     IS DISTINCT FROM
     ROW(OLD.id, OLD.project_id, OLD.kind, OLD.credited_invoice_id, OLD.number, OLD.series, OLD.year, OLD.sequence,
         OLD.subject, OLD.issue_date, OLD.due_date, OLD.currency, OLD.tax_percentage, OLD.advance_payment,
         OLD.payment_mode, OLD.subtotal, OLD.tax_amount, OLD.client_name, OLD.client_address, OLD.client_phone,
         OLD.project_name,
         OLD.company::text, OLD.company_logo_id, OLD.number_key, OLD.issued_at)
     OR (OLD.state = 'CANCELLED' AND ROW(NEW.cancelled_at, NEW.cancelled_on, NEW.cancel_reason)
         IS DISTINCT FROM ROW(OLD.cancelled_at, OLD.cancelled_on, OLD.cancel_reason))
     OR NEW.deleted_at IS NOT NULL
     OR NOT (NEW.state = OLD.state OR (OLD.state = 'ISSUED' AND NEW.state = 'CANCELLED'))
  THEN RAISE EXCEPTION 'an issued invoice does not change'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER invoice_stays BEFORE UPDATE OR DELETE ON invoices FOR EACH ROW EXECUTE FUNCTION invoice_stays();
CREATE FUNCTION invoice_lines_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' AND (SELECT state FROM invoices WHERE id = OLD.invoice_id) <> 'DRAFT' THEN
    RAISE EXCEPTION 'the lines of an issued invoice do not change';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  IF (SELECT state FROM invoices WHERE id = NEW.invoice_id) <> 'DRAFT' THEN
    RAISE EXCEPTION 'the lines of an issued invoice do not change';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER invoice_lines_stay BEFORE INSERT OR UPDATE OR DELETE ON invoice_items
FOR EACH ROW EXECUTE FUNCTION invoice_lines_stay();
CREATE FUNCTION payment_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'a payment is voided, not deleted'; END IF;
  IF OLD.voided_at IS NOT NULL OR
     ROW(NEW.id, NEW.project_id, NEW.invoice_id, NEW.currency, NEW.amount, NEW.paid_on, NEW.mode, NEW.reference)
     IS DISTINCT FROM
     ROW(OLD.id, OLD.project_id, OLD.invoice_id, OLD.currency, OLD.amount, OLD.paid_on, OLD.mode, OLD.reference)
  THEN RAISE EXCEPTION 'a payment is voided, not changed'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER payment_stays BEFORE UPDATE OR DELETE ON payments FOR EACH ROW EXECUTE FUNCTION payment_stays();
CREATE FUNCTION books_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'invoices and payments are not emptied'; END $$;
CREATE TRIGGER books_are_kept BEFORE TRUNCATE ON invoices EXECUTE FUNCTION books_are_kept();
CREATE TRIGGER books_are_kept BEFORE TRUNCATE ON invoice_items EXECUTE FUNCTION books_are_kept();
CREATE TRIGGER books_are_kept BEFORE TRUNCATE ON payments EXECUTE FUNCTION books_are_kept();
";
