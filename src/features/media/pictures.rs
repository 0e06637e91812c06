//! Pictures as values of a form: an upload is named, the record keeps the picture.

use crate::features::media::{ImageId, UploadId, attach_in_tx, let_go_in_tx};
use platform::{
    error::{CommandError, Violation},
    form::{Change, Form},
};

/// The picture of a record from now on: the one it has when the form doesn't mention it, none when it is emptied.
pub async fn picture(
    form: &mut Form<'_>,
    field: &str,
    change: Change<UploadId>,
    current: Option<Option<ImageId>>,
) -> Result<Option<ImageId>, CommandError> {
    match change {
        None => Ok(current.flatten()),
        Some(None) => Ok(None),
        Some(Some(upload)) => {
            let path = form.path(field);
            let attached = attach_in_tx(form.tx(), form.actor(), &[], &[upload]).await;
            // The list of one is our own: the mistake is the field's.
            let place = |violation| Violation {
                field: path.clone(),
                ..violation
            };
            Ok(form
                .absorb(attached, place)?
                .and_then(|images| images.first().copied()))
        }
    }
}

/// Keeps a picture that the record shows no more for whoever wants it back.
pub async fn keep_replaced(
    form: &Form<'_>,
    before: Option<ImageId>,
    after: Option<ImageId>,
) -> Result<(), CommandError> {
    if let Some(gone) = before.filter(|before| Some(*before) != after) {
        let_go_in_tx(form.tx(), gone).await?;
    }
    Ok(())
}
