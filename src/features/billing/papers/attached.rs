//! The papers that mails carry: whoever reads of an invoice has it at hand, also where there is no network.

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::{PaperId, Papers, PrintError};
use platform::{actor::Actor, mail::Attachment, outbox::Attachments, send_error::SendError};

/// The value of a mail's data that names the record whose paper goes with it.
fn named_by(template: &str) -> Option<&'static str> {
    match template {
        "invoice_issued" | "credit_note_issued" | "invoice_due_soon" | "invoice_overdue" => Some("invoiceId"),
        "payment_recorded" => Some("paymentId"),
        _ => None,
    }
}

impl Attachments for Papers {
    fn make<'a>(
        &'a self,
        template: &'a str,
        data: &'a Value,
    ) -> BoxFuture<'a, Result<Vec<Attachment>, SendError>> {
        Box::pin(async move {
            let Some(name) = named_by(template) else {
                return Ok(Vec::new());
            };
            let id = data[name].as_str().and_then(PaperId::parse);
            let id = id.ok_or_else(|| SendError::permanent(format!("{template} says no {name}")))?;
            // The message was written for whoever may read it, and goes with the record when that is deleted.
            let printed = self.print_for(&Actor::System, id).await;
            let printed = printed.map_err(|error| match error {
                PrintError::Busy => SendError::temporary(error),
                PrintError::Internal(error) => {
                    SendError::temporary(format!("{id} can't be drawn: {error:#}"))
                }
            })?;
            let (file_name, bytes) =
                printed.ok_or_else(|| SendError::permanent(format!("{id} is not there any more")))?;
            Ok(vec![Attachment {
                file_name,
                content_type: "application/pdf",
                bytes,
            }])
        })
    }
}
