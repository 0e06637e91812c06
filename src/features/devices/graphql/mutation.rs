//! Mutations on the caller's devices.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use super::types::{GqlDevice, GqlDevicePlatform};
use crate::features::devices::{
    DeviceId,
    commands::{RegisterDevice, register_device, unregister_device},
};
use platform::{
    error::Violation,
    graphql::{Allow, ContextExt, UserError, internal, split},
};

/// A device.
#[derive(InputObject)]
pub struct RegisterDeviceInput {
    /// What `FirebaseMessaging.instance.getToken()` answers; 4,096 characters at most.
    #[graphql(secret)]
    pub token: String,
    /// What the device runs.
    pub platform: GqlDevicePlatform,
    /// The app's version, such as `1.4.0`; 50 characters at most.
    pub app_version: Option<String>,
}

/// What `registerDevice` answers.
#[derive(SimpleObject)]
pub struct RegisterDevicePayload {
    /// The device; keep its id for `unregisterDevice`.
    pub device: Option<GqlDevice>,
    /// What is wrong with the input; when there is anything, nothing was written.
    pub user_errors: Vec<UserError>,
}

/// Which device.
#[derive(InputObject)]
pub struct UnregisterDeviceInput {
    /// The device's id (`dev_…`), from `registerDevice` or `viewer.devices`.
    pub id: ID,
}

/// What `unregisterDevice` answers.
#[derive(SimpleObject)]
pub struct UnregisterDevicePayload {
    /// The device that no messages go to any more.
    pub device_id: Option<ID>,
    /// NOT_FOUND: it isn't one of the caller's.
    pub user_errors: Vec<UserError>,
}

/// Mutations on the caller's devices.
#[derive(Debug, Default)]
pub struct DevicesMutation;

#[Object]
impl DevicesMutation {
    /// Lets push messages come to this device, as long as its session lasts. Call it after each sign-in, when FCM renews the
    /// token (`onTokenRefresh`), and when the app starts: a second time changes nothing but the time. A token that another
    /// account registered leaves that one. A client's first device is greeted. 20 devices a person: the one that was
    /// registered longest ago makes room. For whoever is signed in.
    #[graphql(guard = "Allow::signed_in()")]
    async fn register_device(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which device.")] input: RegisterDeviceInput,
    ) -> Result<RegisterDevicePayload> {
        let device = RegisterDevice {
            token: input.token,
            platform: input.platform.into(),
            app_version: input.app_version,
        };
        let (stored, user_errors) = split(register_device(ctx.app(), ctx.actor(), device).await)?;
        let caller = ctx
            .actor()
            .account()
            .ok_or_else(|| internal(anyhow::anyhow!("a device without an account")))?;
        Ok(RegisterDevicePayload {
            device: stored.map(|stored| GqlDevice {
                stored,
                current: caller.session,
            }),
            user_errors,
        })
    }

    /// Ends push messages to one of the caller's devices; signing out does it by itself. For whoever is signed in.
    #[graphql(guard = "Allow::signed_in()")]
    async fn unregister_device(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which device.")] input: UnregisterDeviceInput,
    ) -> Result<UnregisterDevicePayload> {
        let outcome = match DeviceId::parse(&input.id) {
            Ok(id) => unregister_device(ctx.app(), ctx.actor(), id).await,
            Err(error) => Err(Violation::invalid_id(["input", "id"], &error).into()),
        };
        let (id, user_errors) = split(outcome)?;
        Ok(UnregisterDevicePayload {
            device_id: id.map(|id| id.to_string().into()),
            user_errors,
        })
    }
}
