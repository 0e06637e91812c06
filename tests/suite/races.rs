//! Cascades (delete, restore, remove for good) and moves (another client, a new child) at the same moment, on one
//! parent. On PostgreSQL the parents' rows are held by hand until all are seen to wait for a lock, so that each pair
//! meets in each order; on SQLite they queue for the one writer. Whatever the order, each answers with success or a
//! userError, and nothing living is left below a deleted parent.

use serde_json::json;

use crate::project_world::UPDATE_PROJECT;
use crate::races_world::{Cascade, MOVES, Move, World, holds, race, start};

/// Each of these cascades with each move, in both orders, waiting for clients and for projects.
async fn walk(cascades: &[Cascade]) {
    let app = start().await;
    let admin = app.admin().await;
    for cascade in cascades {
        for movement in MOVES {
            for held in holds() {
                for cascade_first in [true, false] {
                    let world = World::new(&app, &admin).await;
                    if let Some((document, input)) = world.before(*cascade) {
                        app.run(&admin, document, input).await;
                    }
                    let comes_back = matches!(
                        (cascade, movement),
                        (Cascade::RestoreClient | Cascade::RestoreProject, _)
                            | (Cascade::RestoreDraft, Move::IssueDraft)
                    );
                    let version = if comes_back { 3 } else { 1 };
                    let mut calls = [world.cascade(*cascade), world.movement(movement, version)];
                    if !cascade_first {
                        calls.reverse();
                    }
                    race(&app, &admin, held, &calls).await;
                }
            }
        }
    }
}

#[tokio::test]
async fn deleting_above_meets_every_move() {
    walk(&[
        Cascade::DeleteClient,
        Cascade::DeleteOtherClient,
        Cascade::DeleteProject,
    ])
    .await;
}

#[tokio::test]
async fn deleting_below_meets_every_move() {
    walk(&[
        Cascade::DeleteUpdate,
        Cascade::DeleteDraft,
        Cascade::RestoreUpdate,
        Cascade::RestoreDraft,
    ])
    .await;
}

#[tokio::test]
async fn removing_for_good_meets_every_move() {
    walk(&[Cascade::RemoveClient, Cascade::RemoveProject]).await;
}

#[tokio::test]
async fn restoring_meets_every_move() {
    walk(&[Cascade::RestoreClient, Cascade::RestoreProject]).await;
}

#[tokio::test]
async fn cascades_meet_each_other() {
    use Cascade::{DeleteClient, DeleteProject, DeleteUpdate, RemoveClient, RestoreProject, RestoreUpdate};
    let app = start().await;
    let admin = app.admin().await;
    for pair in [
        [DeleteClient, DeleteProject],
        [DeleteClient, DeleteUpdate],
        [DeleteClient, RestoreProject],
        [DeleteProject, RestoreUpdate],
        [DeleteClient, RestoreUpdate],
        [RemoveClient, RestoreProject],
        [RemoveClient, DeleteUpdate],
    ] {
        for held in holds() {
            for [first, second] in [pair, [pair[1], pair[0]]] {
                let world = World::new(&app, &admin).await;
                for before in [first, second].into_iter().filter_map(|it| world.before(it)) {
                    app.run(&admin, before.0, before.1).await;
                }
                race(&app, &admin, held, &[world.cascade(first), world.cascade(second)]).await;
            }
        }
    }
}

/// What was seen in the wild: a project goes to another client while both are deleted.
#[tokio::test]
async fn a_project_moves_while_both_its_clients_are_deleted() {
    let app = start().await;
    let admin = app.admin().await;
    for held in holds() {
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let world = World::new(&app, &admin).await;
            let calls = [
                world.to_other_client(1),
                world.cascade(Cascade::DeleteClient),
                world.cascade(Cascade::DeleteOtherClient),
            ];
            race(&app, &admin, held, &order.map(|place| calls[place].clone())).await;
        }
    }
}

/// Two projects change places while both clients are deleted: locked project first, these waited in a circle.
#[tokio::test]
async fn projects_change_places_while_both_their_clients_are_deleted() {
    let app = start().await;
    let admin = app.admin().await;
    for held in holds() {
        let (one, other) = (World::new(&app, &admin).await, World::new(&app, &admin).await);
        let swap = |world: &World, to: &World| {
            let patch = json!({ "clientId": to.here });
            let input = json!({ "id": world.project, "expectedVersion": 1, "patch": patch });
            (UPDATE_PROJECT, input)
        };
        let calls = [
            swap(&one, &other),
            swap(&other, &one),
            one.cascade(Cascade::DeleteClient),
            other.cascade(Cascade::DeleteClient),
        ];
        race(&app, &admin, held, &calls).await;
    }
}
