//! `updateNotificationPreferences`.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

use super::types::{GqlMode, GqlPreference, GqlTopic, preferences};
use crate::features::{
    deliveries::graphql::DeliveryChannel,
    preferences::{
        Choice,
        commands::{MAX_CHOICES, update_notification_preferences},
        wishes_of,
    },
};
use platform::{
    error::CommandError,
    graphql::{Allow, BoundedList, ContextExt, UserError, internal, split},
};

/// What you want of a topic on a channel.
#[derive(InputObject)]
pub struct NotificationPreferenceInput {
    /// What the messages are about.
    pub topic: GqlTopic,
    /// By which way they go.
    pub channel: DeliveryChannel,
    /// When they go out: one of the preference's `choices`.
    pub mode: GqlMode,
}

/// What you want.
#[derive(InputObject)]
pub struct UpdateNotificationPreferencesInput {
    /// What changes, 20 at most. What isn't named stays.
    pub preferences: BoundedList<NotificationPreferenceInput, MAX_CHOICES>,
}

/// What `updateNotificationPreferences` answers.
#[derive(SimpleObject)]
pub struct UpdateNotificationPreferencesPayload {
    /// All your preferences as they are now, 20 at most.
    pub notification_preferences: Vec<GqlPreference>,
    /// What is wrong with the input; when there is anything, nothing was written.
    pub user_errors: Vec<UserError>,
}

/// Mutations on preferences.
#[derive(Debug, Default)]
pub struct PreferencesMutation;

#[Object]
impl PreferencesMutation {
    /// Chooses which messages come to you by e-mail and as pushes. The inbox has everything always; invoices, credit notes
    /// and receipts always come by e-mail, and so does what concerns your account. Sending it twice changes nothing. For
    /// whoever is signed in.
    #[graphql(guard = "Allow::signed_in()")]
    async fn update_notification_preferences(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdateNotificationPreferencesInput,
    ) -> Result<UpdateNotificationPreferencesPayload> {
        let outcome = match input.preferences.at(["input", "preferences"]) {
            Ok(choices) => {
                let choices: Vec<Choice> = choices
                    .into_iter()
                    .map(|choice| Choice {
                        topic: choice.topic.into(),
                        channel: choice.channel.into(),
                        mode: choice.mode.into(),
                    })
                    .collect();
                update_notification_preferences(ctx.app(), ctx.actor(), &choices).await
            }
            Err(violation) => Err(CommandError::from(violation)),
        };
        let (changed, user_errors) = split(outcome)?;
        let caller = ctx
            .actor()
            .account()
            .ok_or_else(|| internal(anyhow::anyhow!("preferences without an account")))?;
        let wishes = match changed {
            Some(wishes) => wishes,
            None => wishes_of(ctx.app().db.reader(), caller.id)
                .await
                .map_err(internal)?,
        };
        Ok(UpdateNotificationPreferencesPayload {
            notification_preferences: preferences(caller.role, &wishes),
            user_errors,
        })
    }
}
