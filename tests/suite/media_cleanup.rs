//! Nothing is left behind, and nothing is lost.

use belle_house::features::media::{SweepReport, find_image, let_go_in_tx, remove_in_tx};
use chrono::TimeDelta;
use platform::clock::Clock;

use crate::media_world::{World, jpeg};

#[tokio::test]
async fn unfinished_uploads_are_swept_after_a_day() {
    let world = World::start().await;
    let announced = world.announce(100).await;
    let (_, never_named) = world.upload(jpeg(400, 300)).await;
    let (_, client) = world.client();
    let kept = world.shown_image(client).await;
    let files = world.files().len();
    world.clock.advance(TimeDelta::hours(24));
    assert_eq!(
        world.media.sweep().await.unwrap(),
        SweepReport::default(),
        "a mutation may be under way"
    );
    world.clock.advance(TimeDelta::minutes(61));
    let report = world.media.sweep().await.unwrap();
    assert_eq!(
        report,
        SweepReport {
            uploads: 2,
            orphans: 0,
            folders: 2
        }
    );
    assert!(
        find_image(world.db.reader(), never_named)
            .await
            .unwrap()
            .is_none()
    );
    assert!(find_image(world.db.reader(), kept).await.unwrap().is_some());
    assert!(world.files().len() < files && !world.files().is_empty());
    assert_eq!(world.put(&announced.upload_url, vec![1; 100]).await.status(), 410);
    assert_eq!(world.media.sweep().await.unwrap(), SweepReport::default());
}

#[tokio::test]
async fn pictures_that_nothing_shows_wait_a_month_and_go() {
    let world = World::start().await;
    let (_, client) = world.client();
    let (dropped, kept) = (world.shown_image(client).await, world.shown_image(client).await);
    world.shown.forget(dropped);
    let nothing = SweepReport::default();
    assert_eq!(world.media.sweep().await.unwrap(), nothing);
    world.clock.advance(TimeDelta::hours(25));
    let report = world.media.sweep().await.unwrap();
    assert_eq!(
        report,
        SweepReport {
            orphans: 1,
            ..nothing
        }
    );
    world.clock.advance(TimeDelta::days(30));
    assert_eq!(
        world.media.sweep().await.unwrap(),
        nothing,
        "whoever wants it back has 30 days"
    );
    assert!(find_image(world.db.reader(), dropped).await.unwrap().is_some());
    world.clock.advance(TimeDelta::hours(2));
    let report = world.media.sweep().await.unwrap();
    assert_eq!(
        report,
        SweepReport {
            uploads: 1,
            folders: 1,
            ..nothing
        }
    );
    assert!(find_image(world.db.reader(), dropped).await.unwrap().is_none());
    assert!(find_image(world.db.reader(), kept).await.unwrap().is_some());
    assert_eq!(world.media.sweep().await.unwrap(), nothing);
}

#[tokio::test]
async fn a_replaced_picture_that_something_else_shows_stays() {
    let world = World::start().await;
    let (_, client) = world.client();
    let image = world.shown_image(client).await;
    let tx = world.db.begin_write(world.clock.now()).await.unwrap();
    let_go_in_tx(&tx, image).await.unwrap();
    tx.commit().await.unwrap();
    for days in [31, 31] {
        world.clock.advance(TimeDelta::days(days));
        assert_eq!(world.media.sweep().await.unwrap(), SweepReport::default());
        assert!(find_image(world.db.reader(), image).await.unwrap().is_some());
    }
    // Once nothing does, it waits for another month.
    world.shown.forget(image);
    assert_eq!(world.media.sweep().await.unwrap().orphans, 1);
    world.clock.advance(TimeDelta::days(31));
    assert_eq!(world.media.sweep().await.unwrap().uploads, 1);
    assert!(find_image(world.db.reader(), image).await.unwrap().is_none());
}

#[tokio::test]
async fn files_go_when_the_transaction_commits_and_not_before() {
    let world = World::start().await;
    let (_, client) = world.client();
    let image = world.shown_image(client).await;
    let files = world.files().len();
    let tx = world.db.begin_write(world.clock.now()).await.unwrap();
    remove_in_tx(&tx, &[image]).await.unwrap();
    drop(tx);
    assert_eq!(world.media.remove_files().await.unwrap(), 0);
    assert_eq!(world.files().len(), files, "rolled back: nothing is lost");

    let tx = world.db.begin_write(world.clock.now()).await.unwrap();
    remove_in_tx(&tx, &[image]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(world.files().len(), files);
    assert_eq!(world.media.remove_files().await.unwrap(), 1);
    assert!(world.files().is_empty());
    assert_eq!(world.media.remove_files().await.unwrap(), 0);
}

#[tokio::test]
async fn a_removal_that_fails_is_tried_again() {
    let world = World::start().await;
    let (_, client) = world.client();
    let image = world.shown_image(client).await;
    let tx = world.db.begin_write(world.clock.now()).await.unwrap();
    remove_in_tx(&tx, &[image]).await.unwrap();
    tx.commit().await.unwrap();
    // The disk is in trouble: a file stands where the folder should be.
    let folder = world.folder.path().join("media/images");
    let aside = world.folder.path().join("aside");
    std::fs::rename(&folder, &aside).unwrap();
    std::fs::write(&folder, "x").unwrap();
    assert_eq!(world.media.remove_files().await.unwrap(), 0);
    std::fs::remove_file(&folder).unwrap();
    std::fs::rename(&aside, &folder).unwrap();
    assert_eq!(world.media.remove_files().await.unwrap(), 0, "not at once");
    world.clock.advance(TimeDelta::minutes(2));
    assert_eq!(world.media.remove_files().await.unwrap(), 1);
    assert!(world.files().is_empty());
}

#[tokio::test]
async fn the_worker_cleans_up_at_once_and_stops_when_told() {
    let world = World::start().await;
    let (_, client) = world.client();
    let image = world.shown_image(client).await;
    let tx = world.db.begin_write(world.clock.now()).await.unwrap();
    remove_in_tx(&tx, &[image]).await.unwrap();
    tx.commit().await.unwrap();
    let stop = tokio_util::sync::CancellationToken::new();
    let worker = tokio::spawn(world.media.clone().run(stop.clone()));
    let gone = async {
        while !world.files().is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), gone)
        .await
        .unwrap();
    stop.cancel();
    worker.await.unwrap();
}
