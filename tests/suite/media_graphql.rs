//! Pictures and uploads as the API shows them.

use async_graphql::{Context, EmptySubscription, Object, Request, Schema};
use belle_house::features::media::graphql::{GqlImage, MediaMutation};
use belle_house::features::media::{Audience, ImageId, find_image};
use platform::actor::Actor;
use platform::db::Db;
use serde_json::{Value, json};

use crate::media_world::{World, jpeg};

struct Query;

#[Object]
impl Query {
    async fn image(&self, ctx: &Context<'_>, id: String) -> Option<GqlImage> {
        let db = ctx.data_unchecked::<Db>();
        find_image(db.reader(), ImageId::parse(&id).unwrap())
            .await
            .unwrap()
            .map(GqlImage::from)
    }
}

type TestSchema = Schema<Query, MediaMutation, EmptySubscription>;

fn schema(world: &World) -> TestSchema {
    Schema::build(Query, MediaMutation, EmptySubscription)
        .data(world.media.clone())
        .data(world.db.clone())
        .data(world.ctx.clone())
        .finish()
}

async fn run(schema: &TestSchema, actor: Actor, document: &str) -> Value {
    let response = schema.execute(Request::new(document).data(actor)).await;
    serde_json::to_value(&response).unwrap()
}

#[tokio::test]
async fn an_image_offers_the_right_file_for_each_width() {
    let world = World::start().await;
    let (client, client_id) = world.client();
    let Actor::Account(mut account) = client else {
        panic!("a client has an account");
    };
    account.session = world.session_of(Audience::Client(client_id)).await;
    let client = Actor::Account(account);
    let image = world.shown_image(client_id).await;
    let schema = schema(&world);
    let document = format!(
        r#"{{ image(id: "{image}") {{
            width height thumbHash alt widest: url small: url(width: 200) middle: url(width: 321, format: JPEG)
            huge: url(width: 99999) odd: url(width: -1) png: url(width: 10, format: PNG)
            renditions {{ url width height format byteSize }}
        }} }}"#
    );
    let answer = run(&schema, client, &document).await;
    let shown = &answer["data"]["image"];
    assert_eq!(
        (&shown["width"], &shown["height"], &shown["alt"]),
        (&json!(800), &json!(600), &json!("Le mur nord"))
    );
    let file = |field: &str| {
        let url = url::Url::parse(shown[field].as_str().unwrap()).unwrap();
        url.path_segments().unwrap().next_back().unwrap().to_owned()
    };
    assert_eq!(file("widest"), "800.webp");
    assert_eq!(file("small"), "320.webp");
    assert_eq!(file("middle"), "640.jpg");
    assert_eq!(file("huge"), "800.webp");
    assert_eq!(file("odd"), "320.webp");
    assert_eq!(file("png"), "320.jpg", "an opaque picture has no PNG");
    let renditions = shown["renditions"].as_array().unwrap();
    assert_eq!(renditions.len(), 6);
    for rendition in renditions {
        let answer = world
            .http
            .get(rendition["url"].as_str().unwrap())
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
        let body = answer.bytes().await.unwrap();
        assert_eq!(rendition["byteSize"], body.len());
        let picture = image::load_from_memory(&body).unwrap();
        assert_eq!(
            (&rendition["width"], &rendition["height"]),
            (&json!(picture.width()), &json!(picture.height()))
        );
    }
    // Nobody in particular has no URLs.
    let answer = run(&schema, Actor::Anonymous, &document).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
}

#[tokio::test]
async fn create_upload_is_for_staff_and_says_what_is_wrong() {
    let world = World::start().await;
    let schema = schema(&world);
    let document = |size: usize, kind: &str| {
        format!(
            r#"mutation {{ createUpload(input: {{ filename: "mur.jpg", contentType: "{kind}", byteSize: {size} }}) {{
                upload {{ id uploadUrl expiresAt }} userErrors {{ code field message }} }} }}"#
        )
    };
    let file = jpeg(400, 300);
    let good = document(file.len(), "image/jpeg");
    let answer = run(&schema, world.staff(), &good).await;
    let upload = &answer["data"]["createUpload"]["upload"];
    assert!(upload["id"].as_str().unwrap().starts_with("upl_"));
    assert_eq!(upload["expiresAt"], "2026-11-22T05:00:00+00:00");
    assert_eq!(
        world
            .put(upload["uploadUrl"].as_str().unwrap(), file)
            .await
            .status(),
        200
    );

    let answer = run(&schema, world.staff(), &document(20_000_000, "application/pdf")).await;
    assert_eq!(answer["data"]["createUpload"]["upload"], Value::Null);
    let errors = answer["data"]["createUpload"]["userErrors"].as_array().unwrap();
    let fields: Vec<_> = errors
        .iter()
        .map(|error| (&error["code"], &error["field"][1]))
        .collect();
    assert_eq!(
        fields,
        [
            (&json!("INVALID"), &json!("contentType")),
            (&json!("INVALID"), &json!("byteSize"))
        ]
    );

    let (client, _) = world.client();
    for (actor, code) in [(client, "FORBIDDEN"), (Actor::Anonymous, "UNAUTHENTICATED")] {
        let answer = run(&schema, actor, &good).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], code);
    }
}
