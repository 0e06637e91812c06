//! `registerDevice`: from now on push messages come to this device.

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde_json::json;

use super::super::{
    DeviceId,
    table::{ActiveModel, Column, DevicePlatform, Entity, Model},
};
use platform::{
    actor::{Account, Actor},
    ctx::Ctx,
    db::{WriteTx, write_tx},
    error::{CommandError, ErrorCode},
    form::{Checks, Fault, optional_line},
    message,
    outbox::{self, Channel, NewDelivery},
};

/// Devices an account has at most: the one that was registered longest ago makes room.
pub const MAX_DEVICES: u64 = 20;
/// The longest token; FCM's have some 200 characters and no documented bound.
const MAX_TOKEN: usize = 4_096;
/// The longest version of an app.
const MAX_VERSION: usize = 50;

/// What registering takes.
#[derive(Debug, Clone)]
pub struct RegisterDevice {
    /// FCM's registration token.
    pub token: String,
    /// What the device runs.
    pub platform: DevicePlatform,
    /// The app's version.
    pub app_version: Option<String>,
}

/// Registers the caller's device, or says that it is still there. A token that another account registered before leaves
/// that one: the phone was handed on. A client's first device is greeted, once (specification, section 8). For whoever is
/// signed in.
///
/// # Errors
/// REQUIRED, TOO_LONG and INVALID at `input.…`.
pub async fn register_device(ctx: &Ctx, actor: &Actor, input: RegisterDevice) -> Result<Model, CommandError> {
    let caller = actor.account().ok_or(CommandError::Unauthenticated)?;
    let mut checks = Checks::of_new(&["input"]);
    let token = checks.given("token", input.token, token);
    let app_version = checks.optional(
        "appVersion",
        Some(input.app_version),
        None,
        optional_line(MAX_VERSION),
    );
    checks.finish()?;
    write_tx!(ctx, |tx| {
        let known = Entity::find()
            .filter(Column::Token.eq(&token))
            .lock_exclusive()
            .one(tx.conn())
            .await?;
        let row = ActiveModel {
            account_id: Set(caller.id),
            session_id: Set(caller.session),
            platform: Set(input.platform),
            app_version: Set(app_version.clone()),
            registered_at: Set(tx.now()),
            ..Default::default()
        };
        let device = match known {
            Some(known) => {
                let row = ActiveModel {
                    id: Set(known.id),
                    ..row
                };
                row.update(tx.conn()).await?
            }
            None => {
                let row = ActiveModel {
                    id: Set(DeviceId::generate(tx.now())),
                    token: Set(token.clone()),
                    created_at: Set(tx.now()),
                    ..row
                };
                row.insert(tx.conn()).await?
            }
        };
        make_room_in_tx(tx, caller).await?;
        if caller.client.is_some() {
            greet_in_tx(ctx, tx, caller).await?;
        }
        Ok(device)
    })
}

/// Forgets what is more than an account may have.
async fn make_room_in_tx(tx: &WriteTx, caller: &Account) -> Result<(), CommandError> {
    let too_many: Vec<DeviceId> = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::AccountId.eq(caller.id))
        .order_by_desc(Column::RegisteredAt)
        .order_by_desc(Column::Id)
        .offset(MAX_DEVICES)
        .limit(MAX_DEVICES)
        .into_tuple()
        .all(tx.conn())
        .await?;
    if !too_many.is_empty() {
        Entity::delete_many()
            .filter(Column::Id.is_in(too_many))
            .exec(tx.conn())
            .await?;
    }
    Ok(())
}

/// The welcome of the specification. The key lets one through, however often devices come and go.
async fn greet_in_tx(ctx: &Ctx, tx: &WriteTx, caller: &Account) -> Result<(), CommandError> {
    let welcome = NewDelivery {
        channel: Channel::Push,
        recipient: caller.id,
        address: None,
        template: "account_created",
        locale: caller.locale,
        data: json!({ "name": caller.name }),
        secret: false,
        about: None,
        idempotency_key: format!("{}/welcome", caller.id),
        expires_at: None,
    };
    outbox::enqueue_in_tx(tx, &ctx.keys, welcome).await?;
    Ok(())
}

/// The rule of a registration token: letters, digits and a few signs, as FCM makes them.
fn token(text: String) -> Result<String, Fault> {
    let token = text.trim();
    if token.is_empty() {
        return Err(Fault::new(ErrorCode::Required, message!("device-token-required")));
    }
    if token.len() > MAX_TOKEN {
        return Err(Fault::new(
            ErrorCode::TooLong,
            message!("text-too-long", max = MAX_TOKEN),
        ));
    }
    if !token.chars().all(|c| c.is_ascii_graphic()) {
        return Err(Fault::invalid(message!("device-token-malformed")));
    }
    Ok(token.to_owned())
}
