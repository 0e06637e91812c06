//! Accounts of the company's own people.

use belle_house::features::staff::commands::{CreateStaff, create_staff};
use platform::actor::{Actor, Locale, Role};
use platform::error::{CommandError, ErrorCode};
use serde_json::json;

use crate::people_world::{PASSWORD, world};

fn input(role: Role, password: &str) -> CreateStaff {
    CreateStaff {
        email: "moussa@bellehouse.ne".to_owned(),
        name: "Moussa".to_owned(),
        role,
        locale: Locale::Fr,
        password: password.into(),
    }
}

fn codes(refused: CommandError) -> Vec<ErrorCode> {
    match refused {
        CommandError::Rejected(violations) => {
            violations.into_iter().map(|violation| violation.code).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_administrator_is_made_from_the_command_line_and_signs_in() {
    let world = world().await;
    let make = || {
        let administrator = CreateStaff {
            email: "Awa@bellehouse.ne".to_owned(),
            ..input(Role::Admin, PASSWORD)
        };
        create_staff(world.ctx(), &Actor::System, administrator)
    };
    make().await.unwrap();
    let session = world.sign_in("awa@bellehouse.ne", PASSWORD).await;
    let viewer = world
        .run(Some(&session), "{ viewer { role client { id } } }", json!({}))
        .await;
    assert_eq!(viewer["viewer"], json!({ "role": "ADMIN", "client": null }));
    assert_eq!(codes(make().await.unwrap_err()), [ErrorCode::Taken]);
}

#[tokio::test]
async fn only_administrators_make_staff_and_never_clients_or_weak_passwords() {
    let world = world().await;
    let refused = create_staff(world.ctx(), &Actor::Anonymous, input(Role::Admin, PASSWORD)).await;
    assert!(matches!(refused, Err(CommandError::Unauthenticated)));
    let refused = create_staff(world.ctx(), &Actor::System, input(Role::Client, "moussa123")).await;
    assert_eq!(
        codes(refused.unwrap_err()),
        [ErrorCode::Invalid, ErrorCode::Invalid]
    );
    create_staff(world.ctx(), &Actor::System, input(Role::Staff, PASSWORD))
        .await
        .unwrap();
}
