//! The harness itself: what every other test takes for granted.

use crate::support::database::TestDatabase;
use sea_orm::ConnectionTrait;

#[tokio::test]
async fn each_test_has_a_migrated_database_of_its_own() {
    let (one, other) = tokio::join!(TestDatabase::create(), TestDatabase::create());
    let (one_db, other_db) = (one.connect().await, other.connect().await);
    one_db
        .migrator()
        .execute_unprepared("DELETE FROM feed_head")
        .await
        .unwrap();
    one_db
        .migrator()
        .execute_unprepared("CREATE TABLE mine (id INTEGER)")
        .await
        .unwrap();
    let there = other_db.reader().execute_unprepared("SELECT * FROM mine").await;
    assert!(there.is_err(), "tests would see each other's rows");
    one_db.close().await.unwrap();
    other_db.close().await.unwrap();
}
