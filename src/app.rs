//! The composition root: what is built from the configuration, how the parts know each other, which workers run.

use std::{net::SocketAddr, sync::Arc};

use anyhow::{Context as _, Result};
use axum::Router;
use futures_util::future::BoxFuture;
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    features::{
        accounts::{self, commands::purge_password_resets},
        backups,
        billing::{self, BillingHolds, CompanyLogos, InvoicesExport, JournalExport, papers::Papers},
        content::{self, ContentImages},
        deliveries,
        devices::{self, RegisteredDevices},
        feed::{FeatureEvents, FeedHub},
        leads::{InquiriesExport, LeadsExport},
        media::{ImageUses, Media, MediaOptions},
        notifications::{self, Inbox, UnreadEntries},
        preferences,
        privacy::Archives,
        projects::{self, ProjectHolds, ProjectImages},
    },
    graphql,
    http::{
        self,
        graphql::{Endpoint, Live},
        metrics::{Exporter, Gauges},
    },
    messages,
};
use platform::{
    actor::{AccountId, SessionId},
    clock::SharedClock,
    config::Config,
    ctx::{
        Ctx,
        holds::{Holder, Holders},
    },
    db::{DatabaseOptions, Db, content_version, heartbeat},
    export::{Export, Exports},
    feed::Tailer,
    housekeeping,
    mail::MailTransport,
    migrate,
    outbox::{self, Randomness, Transports, UnsubscribeLink},
    private_folder,
    push::PushTransport,
    secret_keys,
    storage::Storage,
};

/// What the features purge every hour.
pub const PURGES: &[housekeeping::Purge] = &[
    |ctx| Box::pin(async move { Ok(accounts::purge_sessions(&ctx.db, ctx.clock.now()).await?) }),
    |ctx| Box::pin(async move { Ok(accounts::purge_known_addresses(&ctx.db, ctx.clock.now()).await?) }),
    |ctx| Box::pin(async move { Ok(accounts::purge_security_events(&ctx.db, ctx.clock.now()).await?) }),
    |ctx| Box::pin(async move { Ok(purge_password_resets(&ctx.db, ctx.clock.now()).await?) }),
    |ctx| Box::pin(async move { Ok(devices::purge(&ctx.db, ctx.clock.now()).await?) }),
    |ctx| Box::pin(async move { content::sweep_bins(&ctx).await }),
    |ctx| Box::pin(async move { projects::sweep_bins(&ctx).await }),
    |ctx| Box::pin(async move { Ok(notifications::purge(&ctx.db, ctx.clock.now()).await?) }),
    |ctx| Box::pin(async move { Ok(outbox::purge(&ctx.db, ctx.clock.now()).await?) }),
];

/// Called with each SQL statement that has run.
pub type StatementListener = Arc<dyn Fn(&str) + Send + Sync>;

/// What the application needs from outside. Tests pass their own clock and transports.
pub struct AppOptions {
    /// The configuration.
    pub config: Config,
    /// The time.
    pub clock: SharedClock,
    /// How e-mail leaves.
    pub mail: Arc<dyn MailTransport>,
    /// How pushes leave.
    pub push: Arc<dyn PushTransport>,
    /// Where jitter comes from.
    pub random: Randomness,
    /// Hears of every statement; for tests that count them.
    pub on_statement: Option<StatementListener>,
}

/// The assembled application. Nothing runs until [`App::serve`].
pub struct App {
    /// What commands and queries work with.
    pub ctx: Ctx,
    /// Pictures.
    pub media: Media,
    /// The live feed.
    pub feed: FeedHub,
    /// The ways out of the outbox.
    pub transports: Transports,
    router: Router,
    endpoint: Endpoint,
    tailer: Tailer<FeatureEvents>,
    exporter: Option<Exporter>,
    storage: Storage,
    stop: CancellationToken,
}

impl App {
    /// Connects to the database, brings it up to date, and puts the parts together.
    ///
    /// # Errors
    /// When a service that is needed can't be reached or is set up wrong.
    pub async fn init(options: AppOptions) -> Result<Self> {
        let config = Arc::new(options.config);
        let mut db = connect(&config).await?;
        if let Some(listener) = options.on_statement {
            db.on_statement(move |info| listener(&info.statement.sql));
        }
        migrate::migrate(&db, options.clock.now()).await?;

        let templates = Arc::new(deliveries::templates(&config)?);
        let ctx = Ctx {
            db: db.clone(),
            clock: Arc::clone(&options.clock),
            keys: Arc::new(config.keys()),
            config: Arc::clone(&config),
            catalogues: Arc::new(messages::catalogues()?),
            announcer: Arc::new(Inbox::new(Arc::clone(&templates))),
            holders: Holders::new([Arc::new(ProjectHolds) as Arc<dyn Holder>, Arc::new(BillingHolds)]),
        };
        let storage = Storage::open(&config.storage, &config.data_dir)?;
        let uses = ImageUses::default()
            .with(ProjectImages)
            .with(ContentImages::new(Arc::clone(&options.clock)))
            .with(CompanyLogos);
        let media = Media::new(MediaOptions {
            ctx: ctx.clone(),
            storage: storage.clone(),
            uses,
        });
        let source = FeatureEvents::new(db.clone(), Arc::clone(&options.clock));
        let tailer = Tailer::init(source, db, Arc::clone(&options.clock))
            .await
            .context("the event log could not be read")?;
        let feed = tailer.hub();
        let schema = graphql::build_schema(ctx.clone(), media.clone(), feed.clone());
        let stop = CancellationToken::new();
        let live = Arc::new(LiveFeed(feed.clone()));
        let origins = config.cors_allowed_origins.clone();
        let documents = graphql::document_schema(&schema)?;
        let endpoint = Endpoint::new(schema, documents, ctx.clone(), live, stop.clone(), origins)
            .context("the threads for heavy operations could not be started")?;
        let lists: [Arc<dyn Export>; 4] = [
            Arc::new(LeadsExport),
            Arc::new(InquiriesExport),
            Arc::new(InvoicesExport),
            Arc::new(JournalExport),
        ];
        let exports = Exports::new(ctx.clone(), lists);
        let papers = Papers::new(ctx.clone(), media.clone(), storage.clone());
        let archives = Archives::new(ctx.clone(), media.clone(), papers.clone());
        let router = http::router(
            endpoint.clone(),
            media.clone(),
            exports,
            papers.clone(),
            archives,
            &config,
        );
        let transports = Transports {
            mail: options.mail,
            push: options.push,
            devices: Some(Arc::new(RegisteredDevices::new(
                ctx.db.clone(),
                ctx.clock.clone(),
            ))),
            attachments: Some(Arc::new(papers.clone())),
            unread: Some(Arc::new(UnreadEntries::new(ctx.db.clone()))),
            push_channel: preferences::push_channel,
            templates,
            unsubscribe: Some(unsubscribe_links(&ctx)),
            random: options.random,
        };
        Ok(Self {
            ctx,
            media,
            feed,
            transports,
            router,
            endpoint,
            tailer,
            exporter: None,
            storage,
            stop,
        })
    }

    /// Where `METRICS_ADDR` is set, listens there and counts from now on; says where. It is answered once the application
    /// serves.
    ///
    /// # Errors
    /// When the address can't be had.
    pub async fn watch(&mut self) -> Result<Option<SocketAddr>> {
        let Some(address) = self.ctx.config.metrics_addr else {
            return Ok(None);
        };
        let exporter = Exporter::bind(address).await?;
        let address = exporter.address()?;
        self.exporter = Some(exporter);
        Ok(Some(address))
    }

    /// Told when the application should end: sockets close with 1012, requests finish, workers stop.
    #[must_use]
    pub fn stop_token(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Starts the workers, and serves `listener` until the stop token is cancelled and every request has finished.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn serve(self, listener: TcpListener, workers: Workers) -> Result<()> {
        let tracker = TaskTracker::new();
        self.tailer.spawn(&tracker, self.stop.clone());
        tracker.spawn(content_version::run(
            self.ctx.db.clone(),
            Arc::clone(&self.ctx.clock),
            Arc::new(|db, now| {
                Box::pin(async move { content::queries::next_publication(db.reader(), now).await })
            }),
            self.stop.clone(),
        ));
        if workers == Workers::All {
            tracker.spawn(outbox::run(
                self.ctx.clone(),
                self.transports.clone(),
                self.stop.clone(),
            ));
            tracker.spawn(self.media.clone().run(self.stop.clone()));
            tracker.spawn(billing::reminders::work(self.ctx.clone(), self.stop.clone()));
            tracker.spawn(heartbeat::run(
                self.ctx.db.clone(),
                Arc::clone(&self.ctx.clock),
                self.stop.clone(),
            ));
            tracker.spawn(secret_keys::run(self.ctx.clone(), self.stop.clone()));
            tracker.spawn(seal_second_factors(self.ctx.clone()));
            tracker.spawn(render_articles(self.ctx.clone(), self.stop.clone()));
            tracker.spawn(backups::run(
                self.ctx.clone(),
                self.storage.clone(),
                self.stop.clone(),
            ));
            tracker.spawn(housekeeping::run(self.ctx.clone(), self.stop.clone(), PURGES));
        }
        if let Some(exporter) = self.exporter {
            let gauges = Gauges::new(self.ctx.clone(), self.endpoint.clone(), self.feed.clone());
            tracker.spawn(exporter.serve(gauges, self.stop.clone()));
        }
        tracker.close();
        http::serve(listener, self.router, self.endpoint).await;
        tracker.wait().await;
        Ok(())
    }
}

/// Makes the HTML of articles that were written before it was kept, or that an older renderer made.
/// What was sealed with a former SECRET_KEY doesn't end with it.
async fn seal_second_factors(ctx: Ctx) {
    if let Err(error) = accounts::seal_second_factors_anew(&ctx).await {
        tracing::error!(
            error = format!("{error:#}"),
            "authenticator apps' secrets could not be sealed with the present SECRET_KEY; keep the former one until they are"
        );
    }
}

async fn render_articles(ctx: Ctx, stop: CancellationToken) {
    let made = tokio::select! {
        () = stop.cancelled() => return,
        made = content::render_missing_articles(&ctx) => made,
    };
    match made {
        Ok(0) => {}
        Ok(articles) => tracing::info!(articles, "made the HTML of articles"),
        Err(error) => tracing::warn!(
            error = format!("{error:#}"),
            "the HTML of articles could not be made; it is made whenever it is asked for"
        ),
    }
}

/// Which workers run beside the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Workers {
    /// All of them.
    All,
    /// The live feed alone: tests run the others when they want to.
    FeedAlone,
}

/// Connects to the configured database.
///
/// # Errors
/// When it can't be reached.
pub async fn connect(config: &Config) -> Result<Db> {
    if let Some(folder) = config
        .database
        .sqlite_path()
        .as_deref()
        .and_then(std::path::Path::parent)
    {
        private_folder::create(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    }
    Db::connect(&DatabaseOptions::from(&config.database))
        .await
        .context("the database can't be reached; check DATABASE_URL")
}

/// The links by which people end e-mails: at `PUBLIC_URL`, whatever a request calls the server.
fn unsubscribe_links(ctx: &Ctx) -> UnsubscribeLink {
    let (keys, config) = (Arc::clone(&ctx.keys), Arc::clone(&ctx.config));
    Arc::new(move |template, account, locale| {
        preferences::link(&keys, &config.public_url, template, account, locale)
    })
}

/// The feed, as the transports know it.
struct LiveFeed(FeedHub);

impl Live for LiveFeed {
    fn head_cursor(&self) -> String {
        self.0.head_cursor().to_string()
    }

    fn session_ended(&self, session: SessionId, account: AccountId) -> BoxFuture<'static, ()> {
        self.0.session_ended(session, account)
    }

    fn is_verified(&self) -> bool {
        self.0.is_verified()
    }
}
