//! What Prometheus reads of a real server, after a story that touches everything that is counted.

use std::collections::{BTreeMap, BTreeSet};

use belle_house::features::backups::make_when_due;
use chrono::TimeDelta;
use platform::db::heartbeat;
use platform::metrics::{self, Kind};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::backup_world::BackupWorld;
use crate::billing_world::issued;
use crate::project_world::upload;
use crate::support::app::TestApp;
use crate::support::people::Person;
use crate::support::subscription::Subscription;

/// A sample: its labels, and its value.
type Sample = (BTreeMap<String, String>, f64);

/// What a server prints.
pub struct Printed {
    /// `# TYPE` lines.
    pub types: BTreeMap<String, String>,
    /// `# HELP` lines.
    help: BTreeMap<String, String>,
    /// Samples by name, those of histograms by `…_bucket`, `…_sum`, `…_count`.
    pub samples: BTreeMap<String, Vec<Sample>>,
    text: String,
}

impl Printed {
    fn parse(text: &str) -> Self {
        let mut printed = Self {
            types: BTreeMap::new(),
            help: BTreeMap::new(),
            samples: BTreeMap::new(),
            text: text.to_owned(),
        };
        for line in text.lines().filter(|line| !line.is_empty()) {
            if let Some((name, kind)) = line.strip_prefix("# TYPE ").and_then(|rest| rest.split_once(' ')) {
                printed.types.insert(name.to_owned(), kind.to_owned());
            } else if let Some((name, help)) =
                line.strip_prefix("# HELP ").and_then(|rest| rest.split_once(' '))
            {
                printed.help.insert(name.to_owned(), help.to_owned());
            } else {
                let (series, value) = line.rsplit_once(' ').unwrap();
                let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
                let labels = labels.strip_suffix('}').unwrap();
                let labels = labels.split("\",").filter(|label| !label.is_empty());
                let labels = labels.map(|label| {
                    let (name, value) = label.split_once("=\"").unwrap();
                    (name.to_owned(), value.trim_end_matches('"').to_owned())
                });
                let sample = (labels.collect(), value.parse().unwrap());
                printed.samples.entry(name.to_owned()).or_default().push(sample);
            }
        }
        printed
    }

    /// The sum of a metric's samples that have these labels.
    fn sum(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let has = |sample: &&Sample| {
            labels
                .iter()
                .all(|(label, value)| sample.0.get(*label).map(String::as_str) == Some(*value))
        };
        let samples = self.samples.get(name).into_iter().flatten();
        samples.filter(has).map(|(_, value)| value).sum()
    }

    #[track_caller]
    fn is(&self, name: &str, labels: &[(&str, &str)], expected: f64) {
        let sum = self.sum(name, labels);
        assert!(
            (sum - expected).abs() < 1e-9,
            "{name}{labels:?} is {sum}, not {expected}"
        );
    }
}

/// As Prometheus asks.
async fn scrape(app: &TestApp) -> Printed {
    let url = format!("http://{}/metrics", app.metrics_address());
    let answer = app.http().get(url).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let content_type = answer.headers()["content-type"].to_str().unwrap().to_owned();
    assert!(
        content_type.starts_with("text/plain; version=0.0.4"),
        "{content_type}"
    );
    Printed::parse(&answer.text().await.unwrap())
}

async fn watched() -> TestApp {
    TestApp::builder()
        .setting("METRICS_ADDR", "127.0.0.1:0")
        .leaves_deliveries_pending()
        .start()
        .await
}

const EVENTS: &str = "subscription { staffEvents { __typename } }";
const LOGIN: &str = "mutation($input: LoginInput!) { login(input: $input) { userErrors { code } } }";

/// Everything that is counted happens: a site is told of, seen live, billed, printed; passwords are wrong, documents too.
async fn story(app: &TestApp) -> (Person, Person) {
    let (staff, client) = (app.staff().await, app.client().await);
    let project = app.project(&staff, &client).await;
    let mut live = app.subscribe(&staff, EVENTS, json!({})).await;
    app.post_update(&staff, &project, "Les fondations de Moussa")
        .await;
    live.next_event().await;
    upload(app, &staff, 400).await;
    let invoice = issued(app, &staff, &project, "150000").await;
    let query = "query($id: ID!) { invoice(id: $id) { pdfUrl } }";
    let data = app
        .graphql(&staff, query, json!({ "id": invoice["id"] }))
        .await
        .data();
    for _ in 0..2 {
        let pdf = app
            .http()
            .get(data["invoice"]["pdfUrl"].as_str().unwrap())
            .send()
            .await;
        assert_eq!(pdf.unwrap().status(), 200);
    }
    let wrong = json!({ "input": { "email": client.email, "password": "hunter2hunter2" } });
    app.graphql(None, LOGIN, wrong).await.data();
    assert_eq!(app.graphql(None, "{ nonsense }", json!({})).await.status, 400);
    // What a client calls its operation is its own text.
    app.graphql(None, "query Moussa { __typename }", json!({}))
        .await
        .data();
    let trusted = belle_house::http::graphql::trusted::all();
    let (hash, _) = trusted.iter().find(|(_, it)| it.name == "site-faq").unwrap();
    for _ in 0..3 {
        let url = format!("http://{}/graphql?documentId={hash}", app.address());
        assert_eq!(app.http().get(url).send().await.unwrap().status(), 200);
    }
    app.run_jobs().await;
    let stop = CancellationToken::new();
    stop.cancel();
    heartbeat::run(app.ctx().db.clone(), app.ctx().clock.clone(), stop).await;
    drop(live);
    (staff, client)
}

/// What the server of the story prints.
pub async fn after_a_story() -> Printed {
    let app = watched().await;
    story(&app).await;
    scrape(&app).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_table_is_what_a_real_server_prints() {
    let printed = after_a_story().await;
    let mut expected = BTreeMap::new();
    for metric in metrics::ALL {
        let kind = match metric.kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram(_) => "histogram",
        };
        expected.insert(metric.name.to_owned(), kind.to_owned());
    }
    assert_eq!(printed.types, expected);
    for metric in metrics::ALL {
        assert_eq!(printed.help[metric.name], metric.help);
        let is_histogram = matches!(metric.kind, Kind::Histogram(_));
        let name = if is_histogram {
            format!("{}_count", metric.name)
        } else {
            metric.name.to_owned()
        };
        for (labels, _) in &printed.samples[&name] {
            let labels: BTreeSet<&str> = labels.keys().map(String::as_str).collect();
            let expected: BTreeSet<&str> = metric.labels.iter().copied().collect();
            assert_eq!(labels, expected, "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_happened_is_counted_and_names_nobody() {
    let app = watched().await;
    let (staff, client) = story(&app).await;
    let printed = scrape(&app).await;
    let requests = "belle_house_graphql_requests_total";
    printed.is(
        requests,
        &[("operation", "site-faq"), ("kind", "query"), ("outcome", "ok")],
        3.0,
    );
    printed.is(
        "belle_house_graphql_request_seconds_count",
        &[("operation", "site-faq")],
        3.0,
    );
    printed.is(requests, &[("kind", "subscription"), ("outcome", "ok")], 1.0);
    printed.is(requests, &[("outcome", "error")], 1.0);
    printed.is(
        "belle_house_graphql_errors_total",
        &[("code", "GRAPHQL_VALIDATION_FAILED")],
        1.0,
    );
    printed.is("belle_house_graphql_errors_total", &[("code", "INTERNAL")], 0.0);
    printed.is("belle_house_user_errors_total", &[("code", "INVALID")], 1.0);
    printed.is("belle_house_logins_refused_total", &[("reason", "wrong")], 1.0);
    printed.is("belle_house_logins_total", &[], 2.0);
    printed.is("belle_house_pdf_seconds_count", &[("source", "drawn")], 1.0);
    // For the second time by its reader, and by the mail that carries it.
    printed.is("belle_house_pdf_seconds_count", &[("source", "kept")], 2.0);
    printed.is("belle_house_image_seconds_count", &[("outcome", "done")], 1.0);
    printed.is(
        "belle_house_job_runs_total",
        &[("name", "heartbeat"), ("outcome", "done")],
        1.0,
    );
    printed.is("belle_house_database_up", &[], 1.0);
    printed.is("belle_house_feed_behind_seconds", &[], 0.0);
    assert!(
        printed.sum(
            "belle_house_cache_lookups_total",
            &[("cache", "answers"), ("result", "hit")]
        ) >= 1.0
    );
    assert!(printed.sum("belle_house_feed_lag_seconds_count", &[]) >= 2.0);
    assert!(printed.sum("belle_house_sql_seconds_count", &[("kind", "commit")]) >= 5.0);
    assert!(printed.sum("belle_house_outbox_attempts_total", &[]) >= 1.0);
    assert!(printed.sum("belle_house_disk_free_bytes", &[]) > 1e6);
    printed.is("belle_house_places_max", &[("kind", "operations")], 1000.0);
    assert!(printed.sum("belle_house_places_taken", &[("kind", "connections")]) >= 1.0);
    for unknown in [BACKUP_PROVEN, BACKUP_FAILED] {
        assert!(printed.sum(unknown, &[]).is_nan(), "none are configured");
    }
    // Neither people nor records nor what they hold or call things.
    for told in [
        &staff.email,
        &client.email,
        &staff.token,
        client.client(),
        "Moussa",
        "hunter2",
        "127.0.0.1",
    ] {
        assert!(!printed.text.contains(told), "{told} is told");
    }
    let values = printed
        .samples
        .values()
        .flatten()
        .flat_map(|(labels, _)| labels.iter());
    let free: BTreeSet<_> = values
        .filter(|(label, value)| {
            *label != "le" && *label != "version" && value.bytes().any(|it| it.is_ascii_digit())
        })
        .filter(|(_, value)| !["1xx", "2xx", "3xx", "4xx", "5xx"].contains(&value.as_str()))
        .collect();
    assert!(free.is_empty(), "these labels may be ids: {free:?}");
    let series: usize = printed.samples.values().map(Vec::len).sum();
    assert!(
        series < 1_500,
        "{series} time series are more than a small Prometheus should keep"
    );
}

/// A thousand scrapes cost the database as much as one.
#[tokio::test]
async fn the_outbox_is_looked_at_once_in_some_seconds_however_many_ask() {
    let app = watched().await;
    let staff = app.staff().await;
    let client = app.client().await;
    let project = app.project(&staff, &client).await;
    app.post_update(&staff, &project, "Les murs").await;
    app.advance(TimeDelta::minutes(7));
    let counting = async {
        let scrapes = (0..20).map(|_| scrape(&app));
        futures_util::future::join_all(scrapes.take(6)).await;
        for _ in 0..20 {
            scrape(&app).await;
        }
    };
    let asked = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = asked.clone();
    app.statements.on_each(Some(std::sync::Arc::new(move |sql: &str| {
        if sql.contains("AS part") {
            count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        }
    })));
    let started = std::time::Instant::now();
    counting.await;
    let looks = asked.load(std::sync::atomic::Ordering::Relaxed);
    let most = 1 + usize::try_from(started.elapsed().as_secs() / 5).unwrap();
    assert!(
        (1..=most).contains(&looks),
        "{looks} looks in {:?}",
        started.elapsed()
    );
    let printed = scrape(&app).await;
    let messages = "belle_house_outbox_messages";
    assert!(printed.sum(messages, &[("state", "pending")]) >= 1.0);
    printed.is(messages, &[("state", "dead")], 0.0);
    let oldest = printed.samples["belle_house_outbox_oldest_seconds"].iter();
    let oldest = oldest.map(|(_, value)| *value).fold(0.0, f64::max);
    assert!((oldest - 420.0).abs() < 1.0, "{oldest}");
}

#[tokio::test]
async fn nothing_but_metrics_is_answered_there_and_no_metrics_elsewhere() {
    let app = watched().await;
    for path in ["/", "/graphql", "/metrics/", "/readyz"] {
        let url = format!("http://{}{path}", app.metrics_address());
        assert_eq!(app.http().get(url).send().await.unwrap().status(), 404, "{path}");
    }
    let url = format!("http://{}/metrics", app.address());
    assert_eq!(app.http().get(url).send().await.unwrap().status(), 404);
    let url = format!("http://{}/metrics", app.metrics_address());
    assert_eq!(app.http().post(url).send().await.unwrap().status(), 405);
}

/// Without an address nothing is counted, whatever happens.
#[tokio::test]
async fn without_an_address_nothing_listens() {
    let app = TestApp::start().await;
    app.staff().await;
    assert!(!metrics::is_on() || std::env::var_os("NEXTEST").is_none());
    assert_eq!(metrics::now().is_some(), metrics::is_on());
    assert!(app.ctx().config.metrics_addr.is_none());
}

const BACKUP_PROVEN: &str = "belle_house_backup_proven_timestamp_seconds";
const BACKUP_FAILED: &str = "belle_house_backup_failed";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn backups_tell_when_one_was_last_proven_and_whether_the_last_one_failed() {
    let watched = || TestApp::builder().setting("METRICS_ADDR", "127.0.0.1:0");
    let world = BackupWorld::start(watched()).await;
    let app = &world.app;
    let before = scrape(app).await;
    before.is(BACKUP_PROVEN, &[], 0.0);
    before.is(BACKUP_FAILED, &[], 0.0);
    let made = make_when_due(app.ctx(), &world.storage()).await.unwrap().unwrap();
    app.advance(TimeDelta::hours(30));
    // A file where the folder of the backups should be.
    let folder = world.config().backup.folder.clone();
    std::fs::remove_dir_all(&folder).unwrap();
    std::fs::write(&folder, "").unwrap();
    make_when_due(app.ctx(), &world.storage()).await.unwrap_err();
    // What was read from the database counts as read now for five seconds.
    tokio::time::sleep(std::time::Duration::from_millis(5100)).await;
    let after = scrape(app).await;
    after.is(BACKUP_FAILED, &[], 1.0);
    let taken_at = made.taken_at - chrono::DateTime::UNIX_EPOCH;
    after.is(BACKUP_PROVEN, &[], taken_at.as_seconds_f64());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_going_on_is_told_with_how_much_may_and_what_was_refused() {
    let app = TestApp::builder()
        .setting("METRICS_ADDR", "127.0.0.1:0")
        .setting("SUBSCRIPTIONS_AT_ONCE", "10,10,1")
        .start()
        .await;
    let staff = app.staff().await;
    let live = app.subscribe(&staff, EVENTS, json!({})).await;
    let mut second = Subscription::start(app.address(), &staff.token, EVENTS, json!({})).await;
    let refused = second.next_message().await;
    assert_eq!(refused["type"], "error", "{refused}");
    let printed = scrape(&app).await;
    let kind = ("kind", "subscriptions");
    printed.is("belle_house_places_taken", &[kind], 1.0);
    printed.is("belle_house_places_max", &[kind], 10.0);
    let refusals = "belle_house_places_refused_total";
    printed.is(refusals, &[kind, ("whose", "account")], 1.0);
    printed.is(refusals, &[kind, ("whose", "process")], 0.0);
    drop(live);
}
