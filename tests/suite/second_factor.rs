//! The second factor of staff: authenticator apps, recovery codes, what `REQUIRE_TOTP` keeps shut, and the ways out.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::{Arc, Mutex};

use belle_house::features::accounts::SecurityEvents;
use chrono::{DateTime, TimeDelta, Utc};
use platform::actor::Role;
use platform::outbox::table as deliveries;
use platform::{audit, limiter};
use sea_orm::EntityTrait;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use totp_rs::{Builder, Secret, Totp};
use tracing_subscriber::fmt::MakeWriter;

use crate::people_world::{PASSWORD, Session, TOKENS, World, world};
use crate::support::app::TestApp;

const HOME: &str = "203.0.113.7";
const MOUSSA: &str = "moussa@bellehouse.ne";
const AMINA: &str = "amina@bellehouse.ne";
const CODES: &str = "recoveryCodes userErrors { code field }";

/// An app on somebody's phone.
struct App(Totp);

impl App {
    fn with(secret: &str) -> Self {
        let secret = Secret::try_from_base32(secret).unwrap();
        Self(Builder::new().with_secret(secret).build().unwrap())
    }

    fn code_at(&self, at: DateTime<Utc>) -> String {
        self.0.generate(at.timestamp().try_into().unwrap()).to_string()
    }

    /// What it shows now.
    fn code(&self, world: &World) -> String {
        self.code_at(world.ctx().clock.now())
    }
}

/// A second factor that is on.
struct Factor {
    app: App,
    secret: String,
    recovery: Vec<String>,
}

async fn mutate(world: &World, who: &Session, name: &str, input: Value, fields: &str) -> Value {
    let (first, rest) = name.split_at(1);
    let ty = format!("{}{rest}Input", first.to_uppercase());
    let query = format!("mutation($input: {ty}!) {{ {name}(input: $input) {{ {fields} }} }}");
    world.run(Some(who), &query, json!({ "input": input })).await[name].take()
}

async fn begin(world: &World, who: &Session, password: &str) -> Value {
    let input = json!({ "password": password });
    mutate(
        world,
        who,
        "beginTotp",
        input,
        "secret uri userErrors { code field }",
    )
    .await
}

async fn confirm(world: &World, who: &Session, code: &str) -> Value {
    mutate(world, who, "confirmTotp", json!({ "code": code }), CODES).await
}

async fn set_up(world: &World, who: &Session) -> Factor {
    let begun = begin(world, who, PASSWORD).await;
    let secret = begun["secret"].as_str().unwrap().to_owned();
    let app = App::with(&secret);
    let confirmed = confirm(world, who, &app.code(world)).await;
    assert_eq!(confirmed["userErrors"], json!([]));
    let recovery = confirmed["recoveryCodes"].as_array().unwrap().iter();
    let recovery: Vec<String> = recovery.map(|code| code.as_str().unwrap().to_owned()).collect();
    assert_eq!(recovery.iter().collect::<BTreeSet<_>>().len(), 10);
    // The first code is used; the next is another.
    world.advance(TimeDelta::seconds(30));
    Factor {
        app,
        secret,
        recovery,
    }
}

/// Signs in from an address; answers the payload, or the top-level error.
async fn login_from(world: &World, from: &str, email: &str, password: &str, code: Option<&str>) -> Value {
    let query =
        format!("mutation($input: LoginInput!) {{ login(input: $input) {{ {TOKENS} viewer {{ email }} }} }}");
    let input = json!({ "email": email, "password": password, "totpCode": code });
    let (_, mut body) = world
        .send_from(from, world.app.address(), None, &query, json!({ "input": input }))
        .await;
    match body["errors"].is_null() {
        true => body["data"]["login"].take(),
        false => body["errors"][0]["extensions"].take(),
    }
}

async fn login(world: &World, code: Option<&str>) -> Value {
    login_from(world, HOME, MOUSSA, PASSWORD, code).await
}

/// SIGNED_IN, or the code of what stood in the way.
fn outcome(payload: &Value) -> &str {
    if payload["session"].is_object() {
        return "SIGNED_IN";
    }
    let code = payload["userErrors"][0]["code"]
        .as_str()
        .or(payload["code"].as_str());
    code.unwrap_or_else(|| panic!("{payload}"))
}

async fn kinds(world: &World, who: &Session) -> Vec<String> {
    let query = "{ viewer { securityEvents(first: 100) { nodes { kind } } } }";
    let data = world.run(Some(who), query, json!({})).await;
    let nodes = data["viewer"]["securityEvents"]["nodes"]
        .as_array()
        .unwrap()
        .clone();
    let kinds = nodes
        .iter()
        .map(|event| event["kind"].as_str().unwrap().to_owned());
    kinds.collect()
}

/// What the mails about the second factor were about, in order.
async fn told(world: &World) -> Vec<String> {
    let letters = world.letters("second_factor_changed").await;
    let changes = letters
        .iter()
        .map(|it| it.data["change"].as_str().unwrap().to_owned());
    changes.collect()
}

async fn factor_of(world: &World, who: &Session) -> Value {
    let query = "{ viewer { secondFactor { since recoveryCodesLeft } } }";
    world.run(Some(who), query, json!({})).await["viewer"]["secondFactor"].take()
}

#[tokio::test]
async fn whoever_has_a_second_factor_signs_in_with_its_code() {
    let world = world().await;
    let staff = world.staff().await;
    assert_eq!(factor_of(&world, &staff).await, json!(null));
    let wrong = begin(&world, &staff, "wrong").await;
    assert_eq!(
        (&wrong["secret"], &wrong["userErrors"]),
        (
            &json!(null),
            &json!([{ "code": "INVALID", "field": ["input", "password"] }])
        )
    );
    assert_eq!(
        confirm(&world, &staff, "000000").await["userErrors"][0]["code"],
        "LOCKED",
        "nothing was begun"
    );
    let begun = begin(&world, &staff, PASSWORD).await;
    let uri = begun["uri"].as_str().unwrap();
    assert!(
        uri.starts_with("otpauth://totp/Belle%20House:") && uri.contains(begun["secret"].as_str().unwrap()),
        "{uri}"
    );
    // Until the app has shown that it has the secret, nothing is asked for.
    assert_eq!(outcome(&login(&world, None).await), "SIGNED_IN");
    let other = App::with("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    let refused = confirm(&world, &staff, &other.code(&world)).await;
    assert_eq!(
        refused["userErrors"],
        json!([{ "code": "INVALID", "field": ["input", "code"] }])
    );
    assert_eq!(outcome(&login(&world, None).await), "SIGNED_IN");

    let factor = set_up(&world, &staff).await;
    let asked = login(&world, None).await;
    assert_eq!(
        (
            outcome(&asked),
            &asked["userErrors"][0]["field"],
            &asked["viewer"]
        ),
        ("TOTP_REQUIRED", &json!(["input", "totpCode"]), &json!(null))
    );
    let wrong = login(&world, Some(&other.code(&world))).await;
    assert_eq!(
        (outcome(&wrong), &wrong["userErrors"][0]["field"]),
        ("INVALID", &json!(["input", "totpCode"]))
    );
    let code = factor.app.code(&world);
    let spaced = format!("{} {}", &code[..3], &code[3..]);
    assert_eq!(outcome(&login(&world, Some(&spaced)).await), "SIGNED_IN");
    let found = factor_of(&world, &staff).await;
    assert_eq!(found["recoveryCodesLeft"], 10);
    assert_eq!(
        begin(&world, &staff, PASSWORD).await["userErrors"][0]["code"],
        "LOCKED"
    );
    assert_eq!(told(&world).await, ["TOTP_ENABLED"]);
    assert_eq!(
        kinds(&world, &staff).await,
        [
            "SIGNED_IN",
            "SIGN_IN_REFUSED",
            "TOTP_ENABLED",
            "SIGNED_IN",
            "SIGNED_IN",
            "SIGNED_IN"
        ]
    );
    world.app.run_jobs().await;
    let mail = world.app.mail.sent();
    let mail = mail
        .iter()
        .find(|mail| mail.subject.contains("second facteur activé"))
        .unwrap();
    assert!(mail.text.contains("codes de secours"), "{}", mail.text);
}

#[tokio::test]
async fn a_wrong_password_says_nothing_of_the_second_factor() {
    let world = world().await;
    let staff = world.staff().await;
    world.staff_member(AMINA, Role::Admin).await;
    let factor = set_up(&world, &staff).await;
    let code = factor.app.code(&world);
    let answers = [
        login_from(&world, HOME, MOUSSA, "wrong", None).await,
        login_from(&world, HOME, MOUSSA, "wrong", Some(&code)).await,
        login_from(&world, HOME, MOUSSA, "wrong", Some("abc")).await,
        login_from(&world, HOME, AMINA, "wrong", None).await,
        login_from(&world, HOME, "nobody@example.ne", "wrong", Some(&code)).await,
    ];
    for answer in &answers {
        assert_eq!(answer, &answers[0]);
        assert_eq!(
            (outcome(answer), &answer["userErrors"][0]["field"]),
            ("INVALID", &json!(null))
        );
    }
    // It has not spent the code either. Whoever has no second factor may send one.
    assert_eq!(outcome(&login(&world, Some(&code)).await), "SIGNED_IN");
    let superfluous = login_from(&world, HOME, AMINA, PASSWORD, Some("123456")).await;
    assert_eq!(outcome(&superfluous), "SIGNED_IN");
}

#[tokio::test]
async fn a_code_is_good_for_its_step_and_its_neighbours_and_once() {
    let world = world().await;
    let staff = world.staff().await;
    let factor = set_up(&world, &staff).await;
    world.advance(TimeDelta::minutes(5));
    let now = world.ctx().clock.now();
    let step = TimeDelta::seconds(30);
    for off in [-2, 2] {
        let code = factor.app.code_at(now + step * off);
        assert_eq!(outcome(&login(&world, Some(&code)).await), "INVALID", "{off}");
    }
    let before = factor.app.code_at(now - step);
    assert_eq!(outcome(&login(&world, Some(&before)).await), "SIGNED_IN");
    assert_eq!(outcome(&login(&world, Some(&before)).await), "INVALID", "used");
    let after = factor.app.code_at(now + step);
    assert_eq!(outcome(&login(&world, Some(&after)).await), "SIGNED_IN");
    let passed_over = factor.app.code_at(now);
    assert_eq!(
        outcome(&login(&world, Some(&passed_over)).await),
        "INVALID",
        "a later one was used"
    );
    world.advance(step * 2);
    assert_eq!(outcome(&login(&world, Some(&after)).await), "INVALID", "used");
    assert_eq!(
        outcome(&login(&world, Some(&factor.app.code(&world))).await),
        "SIGNED_IN"
    );
}

#[tokio::test]
async fn one_code_twenty_times_at_once_opens_one_session() {
    let world = world().await;
    let staff = world.staff().await;
    let factor = set_up(&world, &staff).await;
    let places: Vec<String> = (1..=20).map(|number| format!("198.51.{number}.7")).collect();
    let race = async |code: &str| {
        let all = places
            .iter()
            .map(|from| login_from(&world, from, MOUSSA, PASSWORD, Some(code)));
        let answers = futures_util::future::join_all(all).await;
        let mut outcomes: Vec<String> = answers.iter().map(|it| outcome(it).to_owned()).collect();
        outcomes.sort();
        outcomes
    };
    let mut expected = vec!["INVALID"; 19];
    expected.push("SIGNED_IN");
    assert_eq!(race(&factor.app.code(&world)).await, expected);
    world.advance(TimeDelta::hours(2));
    assert_eq!(race(&factor.recovery[0]).await, expected);
    let staff = Session::of(&login(&world, Some(&factor.app.code(&world))).await);
    let codes = factor_of(&world, &staff).await;
    assert_eq!(codes["recoveryCodesLeft"], 9);
}

#[tokio::test]
async fn a_recovery_code_stands_in_once() {
    let world = world().await;
    let staff = world.staff().await;
    let factor = set_up(&world, &staff).await;
    let typed = factor.recovery[3].replace('-', " ").to_uppercase();
    assert_eq!(outcome(&login(&world, Some(&typed)).await), "SIGNED_IN");
    assert_eq!(
        outcome(&login(&world, Some(&factor.recovery[3])).await),
        "INVALID"
    );
    assert_eq!(told(&world).await, ["TOTP_ENABLED", "RECOVERY_CODE_USED"]);
    let letter = world.letters("second_factor_changed").await.pop().unwrap();
    assert_eq!(letter.data["codesLeft"], 9);
    assert!(
        kinds(&world, &staff)
            .await
            .contains(&"RECOVERY_CODE_USED".to_owned())
    );

    // New ones take the place of all.
    let input = json!({ "code": factor.app.code(&world) });
    let made = mutate(&world, &staff, "regenerateRecoveryCodes", input.clone(), CODES).await;
    assert_eq!(made["recoveryCodes"].as_array().unwrap().len(), 10);
    let again = mutate(&world, &staff, "regenerateRecoveryCodes", input, CODES).await;
    assert_eq!(
        again["userErrors"],
        json!([{ "code": "INVALID", "field": ["input", "code"] }])
    );
    assert_eq!(
        outcome(&login(&world, Some(&factor.recovery[4])).await),
        "INVALID"
    );
    let new = made["recoveryCodes"][0].as_str().unwrap();
    assert_eq!(outcome(&login(&world, Some(new)).await), "SIGNED_IN");
    // Another account's opens nothing.
    world.staff_member(AMINA, Role::Admin).await;
    let amina = world.sign_in(AMINA, PASSWORD).await;
    let hers = set_up(&world, &amina).await;
    assert_eq!(outcome(&login(&world, Some(&hers.recovery[0])).await), "INVALID");
}

#[tokio::test]
async fn codes_can_not_be_guessed() {
    let world = world().await;
    let staff = world.staff().await;
    let factor = set_up(&world, &staff).await;
    let guess = |number: u32| format!("{number:06}");
    // Ten, whether the code was wrong or missing, and from the very place that the account is known at.
    for number in 0..9 {
        assert_eq!(outcome(&login(&world, Some(&guess(number))).await), "INVALID");
    }
    assert_eq!(outcome(&login(&world, None).await), "TOTP_REQUIRED");
    let right = factor.app.code(&world);
    assert_eq!(outcome(&login(&world, Some(&right)).await), "RATE_LIMITED");
    world.advance(TimeDelta::seconds(3));
    assert_eq!(
        outcome(&login(&world, Some(&factor.app.code(&world))).await),
        "SIGNED_IN"
    );
    // Neither can they by whoever has the access token.
    for number in 0..10 {
        let input = json!({ "code": guess(number) });
        let refused = mutate(&world, &staff, "regenerateRecoveryCodes", input, CODES).await;
        assert_eq!(refused["userErrors"][0]["code"], "INVALID");
    }
    let query = format!(
        "mutation($input: RegenerateRecoveryCodesInput!) {{ regenerateRecoveryCodes(input: $input) {{ {CODES} }} }}"
    );
    world.advance(TimeDelta::milliseconds(1500));
    let input = json!({ "input": { "code": factor.app.code(&world) } });
    assert_eq!(world.refusal(Some(&staff), &query, input).await, "RATE_LIMITED");
}

#[tokio::test]
async fn switching_off_takes_the_password_and_a_code() {
    let world = world().await;
    let staff = world.staff().await;
    let off = async |password: &str, code: &str| {
        let input = json!({ "password": password, "code": code });
        mutate(
            &world,
            &staff,
            "disableTotp",
            input,
            "disabled userErrors { code field }",
        )
        .await
    };
    assert_eq!(off(PASSWORD, "123456").await["userErrors"][0]["code"], "LOCKED");
    let factor = set_up(&world, &staff).await;
    let code = factor.app.code(&world);
    assert_eq!(
        off("wrong", &code).await["userErrors"][0]["field"],
        json!(["input", "password"])
    );
    assert_eq!(
        off(PASSWORD, "abc").await["userErrors"][0]["field"],
        json!(["input", "code"])
    );
    let done = off(PASSWORD, &code).await;
    assert_eq!(done, json!({ "disabled": true, "userErrors": [] }));
    assert_eq!(outcome(&login(&world, None).await), "SIGNED_IN");
    assert_eq!(told(&world).await, ["TOTP_ENABLED", "TOTP_DISABLED"]);
    // Set up anew, it has another secret, and the recovery codes of before are worth nothing.
    let next = set_up(&world, &staff).await;
    assert_ne!(next.secret, factor.secret);
    assert_eq!(
        outcome(&login(&world, Some(&factor.recovery[0])).await),
        "INVALID"
    );
}

#[tokio::test]
async fn a_secret_waits_for_an_hour() {
    let world = world().await;
    let staff = world.staff().await;
    let begun = begin(&world, &staff, PASSWORD).await;
    let first = App::with(begun["secret"].as_str().unwrap());
    let begun = begin(&world, &staff, PASSWORD).await;
    let second = App::with(begun["secret"].as_str().unwrap());
    let code =
        async |app: &App| confirm(&world, &staff, &app.code(&world)).await["userErrors"][0]["code"].take();
    assert_eq!(code(&first).await, "INVALID", "a newer one took its place");
    world.advance(TimeDelta::minutes(59));
    let session = world.sign_in(MOUSSA, PASSWORD).await;
    world.advance(TimeDelta::minutes(1));
    let late = confirm(&world, &session, &second.code(&world)).await;
    assert_eq!(late["userErrors"][0]["code"], "LOCKED");
    assert_eq!(outcome(&login(&world, None).await), "SIGNED_IN");
}

const REQUIRED: &str = "{ viewer { email role totpRequired secondFactor { since } } }";

#[tokio::test]
async fn whoever_must_have_a_second_factor_can_do_nothing_but_set_it_up() {
    let world = World::start(TestApp::builder().setting("REQUIRE_TOTP", "staff")).await;
    let staff = world.staff().await;
    let viewer = world.run(Some(&staff), REQUIRED, json!({})).await;
    assert_eq!(
        (
            &viewer["viewer"]["totpRequired"],
            &viewer["viewer"]["secondFactor"]
        ),
        (&json!(true), &json!(null))
    );
    for query in [
        "{ dashboard { __typename } }",
        "{ viewer { sessions { id } } }",
        "{ viewer { securityEvents { nodes { id } } } }",
        "mutation { exportLeads(input: {}) { userErrors { code } } }",
        "mutation { disableTotp(input: { password: \"x\", code: \"x\" }) { disabled } }",
        "mutation { revokeOtherSessions { sessionIds } }",
    ] {
        assert_eq!(
            world.refusal(Some(&staff), query, json!({})).await,
            "TOTP_SETUP_REQUIRED",
            "{query}"
        );
    }
    // The password can be changed meanwhile, and the session is the same after.
    let changed = world
        .change_password(&staff, PASSWORD, "citron vapeur tambour neige")
        .await;
    let staff = Session::of(&changed);
    let back = world
        .change_password(&staff, "citron vapeur tambour neige", PASSWORD)
        .await;
    let staff = Session::of(&back);
    let factor = set_up(&world, &staff).await;
    world
        .run(Some(&staff), "{ dashboard { __typename } }", json!({}))
        .await;
    let viewer = world.run(Some(&staff), REQUIRED, json!({})).await;
    assert_eq!(viewer["viewer"]["totpRequired"], false);
    // Off is off, and shut again.
    let input = json!({ "password": PASSWORD, "code": factor.app.code(&world) });
    let off = mutate(&world, &staff, "disableTotp", input, "disabled").await;
    assert_eq!(off["disabled"], true);
    let shut = world
        .refusal(Some(&staff), "{ dashboard { __typename } }", json!({}))
        .await;
    assert_eq!(shut, "TOTP_SETUP_REQUIRED");
    // Clients are nobody's staff.
    world.client("Zaïnab", "zainab@example.ne").await;
    let client = world.sign_in("zainab@example.ne", PASSWORD).await;
    let viewer = world
        .run(
            Some(&client),
            "{ viewer { totpRequired sessions { id } } }",
            json!({}),
        )
        .await;
    assert_eq!(viewer["viewer"]["totpRequired"], false);
    let begin = "mutation { beginTotp(input: { password: \"x\" }) { secret } }";
    assert_eq!(world.refusal(Some(&client), begin, json!({})).await, "FORBIDDEN");
    assert_eq!(world.refusal(None, begin, json!({})).await, "UNAUTHENTICATED");
}

#[tokio::test]
async fn what_is_shut_is_shut_for_downloads_too() {
    let world = World::start(TestApp::builder().setting("REQUIRE_TOTP", "staff")).await;
    let staff = world.staff().await;
    let factor = set_up(&world, &staff).await;
    let export = "mutation { exportLeads(input: {}) { export { url } userErrors { code } } }";
    let made = world.run(Some(&staff), export, json!({})).await;
    let url = made["exportLeads"]["export"]["url"].as_str().unwrap().to_owned();
    let status = async || world.app.http().get(&url).send().await.unwrap().status().as_u16();
    assert_eq!(status().await, 200);
    let input = json!({ "password": PASSWORD, "code": factor.app.code(&world) });
    mutate(&world, &staff, "disableTotp", input, "disabled").await;
    assert_eq!(status().await, 403);
}

#[tokio::test]
async fn administrators_alone_may_be_asked_for_it() {
    let world = World::start(TestApp::builder().setting("REQUIRE_TOTP", "admin")).await;
    let staff = world.staff().await;
    world.staff_member(AMINA, Role::Admin).await;
    let admin = world.sign_in(AMINA, PASSWORD).await;
    for (who, required) in [(&staff, false), (&admin, true)] {
        let viewer = world.run(Some(who), REQUIRED, json!({})).await;
        assert_eq!(viewer["viewer"]["totpRequired"], required);
    }
    world
        .run(Some(&staff), "{ dashboard { __typename } }", json!({}))
        .await;
    let shut = world
        .refusal(Some(&admin), "{ securityEvents { nodes { id } } }", json!({}))
        .await;
    assert_eq!(shut, "TOTP_SETUP_REQUIRED");
}

#[tokio::test]
async fn an_administrator_solves_a_lost_phone() {
    let world = world().await;
    let staff = world.staff().await;
    world.staff_member(AMINA, Role::Admin).await;
    let admin = world.sign_in(AMINA, PASSWORD).await;
    set_up(&world, &staff).await;
    let viewer = world.run(Some(&staff), "{ viewer { id } }", json!({})).await;
    let id = viewer["viewer"]["id"].clone();
    let query = "mutation($input: StaffMemberIdInput!) { resetStaffTotp(input: $input) { staffMember { email } \
                 userErrors { code field } } }";
    let reset = async |who: &Session, id: &Value| {
        world
            .run(Some(who), query, json!({ "input": { "id": id } }))
            .await["resetStaffTotp"]
            .take()
    };
    let refused = world
        .refusal(Some(&staff), query, json!({ "input": { "id": id } }))
        .await;
    assert_eq!(refused, "FORBIDDEN");
    let me = world.run(Some(&admin), "{ viewer { id } }", json!({})).await;
    let own = reset(&admin, &me["viewer"]["id"]).await;
    assert_eq!(
        own["userErrors"],
        json!([{ "code": "LOCKED", "field": ["input", "id"] }])
    );
    for _ in 0..2 {
        let done = reset(&admin, &id).await;
        assert_eq!(
            done,
            json!({ "staffMember": { "email": MOUSSA }, "userErrors": [] })
        );
    }
    assert!(
        !world.is_signed_in(&staff).await,
        "the lost phone may be signed in"
    );
    let payload = login(&world, None).await;
    let staff = Session::of(&payload);
    assert_eq!(told(&world).await, ["TOTP_ENABLED", "TOTP_RESET"], "once");
    assert_eq!(
        kinds(&world, &staff).await,
        ["SIGNED_IN", "TOTP_RESET", "TOTP_ENABLED", "SIGNED_IN"]
    );
    let log = "query($id: ID!) { auditLog(first: 100, filter: { recordId: $id, action: [UPDATE] }) { nodes { actor { role } \
               changes { field old new } } } }";
    let found = world.run(Some(&admin), log, json!({ "id": id })).await;
    assert_eq!(
        found["auditLog"]["nodes"],
        json!([{ "actor": { "role": "ADMIN" }, "changes": [{ "field": "secondFactor", "old": "TOTP", "new": null }] }])
    );
}

#[tokio::test]
async fn a_forgotten_password_leaves_the_second_factor_on() {
    let world = world().await;
    let staff = world.staff().await;
    let factor = set_up(&world, &staff).await;
    let ask =
        "mutation($email: EmailAddress!) { requestPasswordReset(input: { email: $email }) { requested } }";
    world.run(None, ask, json!({ "email": MOUSSA })).await;
    let letter = world.letters("password_reset").await.pop().unwrap();
    let link = world.secret_of(&letter)["link"].as_str().unwrap().to_owned();
    let token = link.split_once("#token=").unwrap().1;
    let new = "citron vapeur tambour neige";
    let reset = "mutation($input: ResetPasswordInput!) { resetPassword(input: $input) { passwordReset } }";
    let done = world
        .run(
            None,
            reset,
            json!({ "input": { "token": token, "newPassword": new } }),
        )
        .await;
    assert_eq!(done["resetPassword"]["passwordReset"], true);
    let asked = login_from(&world, HOME, MOUSSA, new, None).await;
    assert_eq!(outcome(&asked), "TOTP_REQUIRED");
    let code = factor.app.code(&world);
    assert_eq!(
        outcome(&login_from(&world, HOME, MOUSSA, new, Some(&code)).await),
        "SIGNED_IN"
    );
}

/// All that was logged.
#[derive(Clone, Default)]
struct Logged(Arc<Mutex<Vec<u8>>>);

impl Write for Logged {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Logged {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn no_secret_and_no_code_is_written_down_anywhere() {
    let logged = Logged::default();
    tracing_subscriber::fmt()
        .with_env_filter("info,belle_house=trace,platform=trace")
        .with_ansi(false)
        .with_writer(logged.clone())
        .init();
    let world = world().await;
    let staff = world.staff().await;
    let factor = set_up(&world, &staff).await;
    let wrong = login(&world, Some("999999")).await;
    assert_eq!(outcome(&wrong), "INVALID");
    let code = factor.app.code(&world);
    assert_eq!(outcome(&login(&world, Some(&code)).await), "SIGNED_IN");
    assert_eq!(
        outcome(&login(&world, Some(&factor.recovery[0])).await),
        "SIGNED_IN"
    );
    world.app.run_jobs().await;
    let logs = String::from_utf8(logged.0.lock().unwrap().clone()).unwrap();
    assert!(logs.contains("a login was refused"), "the log is read: {logs}");
    let mut written = logs;
    for mail in world.app.mail.sent() {
        written.push_str(&mail.text);
        written.push_str(&mail.html);
    }
    let reader = world.ctx().db.reader();
    written.push_str(&format!("{:?}", audit::Entity::find().all(reader).await.unwrap()));
    written.push_str(&format!(
        "{:?}",
        SecurityEvents::find().all(reader).await.unwrap()
    ));
    written.push_str(&format!(
        "{:?}",
        deliveries::Entity::find().all(reader).await.unwrap()
    ));
    written.push_str(&format!(
        "{:?}",
        limiter::Entity::find().all(reader).await.unwrap()
    ));
    let bytes = data_encoding::BASE32_NOPAD
        .decode(factor.secret.as_bytes())
        .unwrap();
    let hexadecimal = data_encoding::HEXLOWER.encode(&bytes);
    let plain: Vec<String> = factor.recovery.iter().map(|code| code.replace('-', "")).collect();
    for secret in factor
        .recovery
        .iter()
        .chain(&plain)
        .chain([&factor.secret, &hexadecimal])
    {
        assert!(!written.contains(secret.as_str()), "{secret} is written down");
    }
    let mut words = written.split(|letter: char| !letter.is_ascii_alphanumeric());
    assert!(words.all(|word| word != code), "{code} is written down");
    assert!(!written.contains(world.ctx().config.secret_key.expose_secret()));
}
