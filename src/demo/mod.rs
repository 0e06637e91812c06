//! The demo company: people, projects, site photos and books to look at, made through the real commands, so that what it
//! shows is what the product does.

mod billing;
mod desk;
mod once;
mod pictures;
mod website;

use anyhow::{Result, anyhow};
use bytes::Bytes;
use chrono::{NaiveDate, TimeDelta};
use secrecy::SecretString;

use self::once::once;
use crate::{
    app::App,
    features::{
        accounts::living_account_by_email,
        clients::client_of_account,
        clients::commands::{ClientFields, create_client_with_password},
        media::{CreateUpload, UploadId, create_upload},
        projects::{
            Phase, ProjectUpdates, Projects,
            commands::{ProjectFields, ProjectUpdateFields},
        },
        staff::commands::{CreateStaff, create_staff},
    },
    messages,
};
use platform::{
    actor::{Actor, ClientId, Locale, Role},
    error::CommandError,
    form::Change,
    money::Currency,
};

/// The password of every demo account. It is no secret: the demo company loads only where nobody else listens, or
/// when somebody asks for it.
pub const PASSWORD: &str = "soleil-sur-le-fleuve";

/// Somebody who can sign in to the demo company.
#[derive(Debug, Clone, Copy)]
pub struct DemoLogin {
    /// The address.
    pub email: &'static str,
    /// Who it is.
    pub who: &'static str,
}

/// Everybody who can sign in.
pub const LOGINS: &[DemoLogin] = &[
    DemoLogin {
        email: "admin@demo.bellehouse.ne",
        who: "administrator",
    },
    DemoLogin {
        email: "staff@demo.bellehouse.ne",
        who: "staff",
    },
    DemoLogin {
        email: "aissata@demo.bellehouse.ne",
        who: "client with two projects",
    },
    DemoLogin {
        email: "ibrahim@demo.bellehouse.ne",
        who: "client with one project",
    },
    DemoLogin {
        email: "claire@demo.bellehouse.ne",
        who: "client with one project, reads English",
    },
];

struct Site {
    client: usize,
    name: &'static str,
    start: (i32, u32, u32),
    months: i64,
    phase: Phase,
    progress: i32,
    quote: &'static str,
    updates: &'static [(&'static str, &'static str, u8)],
}

const SITES: &[Site] = &[
    Site {
        client: 0,
        name: "Villa Aïssata, Koira Kano",
        start: (2026, 2, 2),
        months: 14,
        phase: Phase::Elevation,
        progress: 45,
        quote: "85000000",
        updates: &[
            (
                "Terrassement terminé",
                "Le terrain est prêt, les axes sont implantés.",
                0,
            ),
            (
                "Dalle coulée",
                "La dalle du rez-de-chaussée a été coulée en une journée. Cure pendant sept jours.",
                12,
            ),
            (
                "Les murs montent",
                "Élévation du rez-de-chaussée : les linteaux sont posés.",
                45,
            ),
        ],
    },
    Site {
        client: 0,
        name: "Dépendance et clôture",
        start: (2026, 9, 1),
        months: 5,
        phase: Phase::Foundation,
        progress: 10,
        quote: "9500000",
        updates: &[(
            "Fouilles en cours",
            "Les fouilles de la clôture sont ouvertes sur 40 mètres.",
            5,
        )],
    },
    Site {
        client: 1,
        name: "Duplex Plateau",
        start: (2025, 10, 6),
        months: 16,
        phase: Phase::Finishing,
        progress: 88,
        quote: "132000000",
        updates: &[
            (
                "Couverture posée",
                "La charpente et la couverture sont terminées.",
                80,
            ),
            (
                "Menuiseries et peinture",
                "Portes et fenêtres posées, première couche de peinture.",
                90,
            ),
        ],
    },
    Site {
        client: 2,
        name: "Maison d'amis, Gaya",
        start: (2026, 6, 15),
        months: 9,
        phase: Phase::Roofing,
        progress: 66,
        quote: "41500000",
        updates: &[(
            "La charpente est levée",
            "Pose de la charpente, la couverture suit la semaine prochaine.",
            66,
        )],
    },
];

/// Loads the demo company, or goes on where an earlier load was broken off.
///
/// # Errors
/// When it is loaded already, or the database refuses.
pub async fn load(app: &App) -> Result<()> {
    let actor = Actor::System;
    once::begin(&app.ctx).await?;
    let db = app.ctx.db.reader();
    let mut staff = Vec::new();
    for (login, name, role) in [
        (LOGINS[0], "Mariama Demo", Role::Admin),
        (LOGINS[1], "Souleymane Demo", Role::Staff),
    ] {
        if let Some(account) = living_account_by_email(db, login.email).await? {
            staff.push(account.id);
            continue;
        }
        let input = CreateStaff {
            email: login.email.to_owned(),
            name: name.to_owned(),
            role,
            locale: Locale::Fr,
            password: SecretString::from(PASSWORD),
        };
        let account = create_staff(&app.ctx, &actor, input).await.map_err(explain)?;
        staff.push(account.id);
    }
    let mut clients = Vec::new();
    for (login, name, phone, locale) in [
        (LOGINS[2], "Aïssata Moussa", "+22790112233", Locale::Fr),
        (LOGINS[3], "Ibrahim Oumarou", "+22796445566", Locale::Fr),
        (LOGINS[4], "Claire Baker", "+22793778899", Locale::En),
    ] {
        if let Some(account) = living_account_by_email(db, login.email).await?
            && let Some(client) = client_of_account(db, account.id).await?
        {
            clients.push(client.id);
            continue;
        }
        let input = ClientFields {
            name: said(name),
            email: said(login.email),
            phone: said(phone),
            address: said("Niamey, Niger"),
            locale: Some(Some(locale)),
            whatsapp_enabled: Some(Some(true)),
            ..ClientFields::default()
        };
        let client = create_client_with_password(&app.ctx, &actor, input, SecretString::from(PASSWORD)).await;
        clients.push(client.map_err(explain)?.id);
    }
    let mut projects = Vec::new();
    for (number, site) in (1..).zip(SITES) {
        let client = clients[site.client];
        let key = format!("project/{number}");
        let project = once::<Projects>(app, &actor, &key, async { Ok(plan(client, site)) }).await?;
        for (index, &(title, description, progress)) in (1..).zip(site.updates) {
            let update = async {
                let upload = photograph(app, &actor, progress, number * 31 + index).await?;
                Ok(ProjectUpdateFields {
                    project_id: Some(Some(project.id)),
                    title: said(title),
                    description: said(description),
                    upload_ids: Some(Some(vec![upload])),
                    post: Some(Some(true)),
                    ..ProjectUpdateFields::default()
                })
            };
            once::<ProjectUpdates>(app, &actor, &format!("update/{number}/{index}"), update).await?;
        }
        projects.push(project);
    }
    if let Some(&assistant) = staff.last() {
        desk::load(&app.ctx, assistant).await?;
    }
    website::load(app, &actor).await?;
    billing::load(app, &actor, &projects).await?;
    once::finish(&app.ctx).await
}

fn plan(client: ClientId, site: &Site) -> ProjectFields {
    let (year, month, day) = site.start;
    let start = NaiveDate::from_ymd_opt(year, month, day);
    ProjectFields {
        client_id: Some(Some(client)),
        name: said(site.name),
        start_date: Some(start),
        estimated_completion: Some(start.map(|start| start + TimeDelta::days(site.months * 30))),
        current_phase: Some(Some(site.phase)),
        progress_percentage: Some(Some(site.progress)),
        total_quote: said(site.quote),
        currency: Some(Some(Currency::Xof)),
    }
}

/// Takes a picture of a site.
async fn photograph(app: &App, actor: &Actor, progress: u8, seed: u32) -> Result<UploadId> {
    let jpeg = tokio::task::spawn_blocking(move || pictures::site_photo(progress, seed)).await??;
    let picture = Picture {
        filename: format!("chantier-{seed}.jpg"),
        content_type: "image/jpeg",
        bytes: jpeg,
        alt: "Photo du chantier".to_owned(),
        alt_en: None,
    };
    upload(app, actor, picture).await
}

/// A picture file of the demo company.
struct Picture {
    filename: String,
    content_type: &'static str,
    bytes: Vec<u8>,
    alt: String,
    alt_en: Option<String>,
}

/// Uploads a picture as the staff's browser would.
async fn upload(app: &App, actor: &Actor, picture: Picture) -> Result<UploadId> {
    let announced = CreateUpload {
        filename: picture.filename,
        content_type: picture.content_type.to_owned(),
        byte_size: i64::try_from(picture.bytes.len())?,
        alt: Some(picture.alt),
        alt_en: picture.alt_en,
    };
    let upload = create_upload(&app.media, actor, announced)
        .await
        .map_err(explain)?;
    app.media
        .receive(upload.id, Bytes::from(picture.bytes))
        .await
        .map_err(|error| anyhow!("{error}"))?;
    Ok(upload.id)
}

/// What is entered into a form.
fn said(text: &str) -> Change<String> {
    Some(Some(text.to_owned()))
}

fn explain(error: CommandError) -> anyhow::Error {
    match error {
        CommandError::Internal(error) => error,
        CommandError::Rejected(violations) => {
            let catalogues = match messages::catalogues() {
                Ok(catalogues) => catalogues,
                Err(error) => return error,
            };
            let told: Vec<String> = violations
                .into_iter()
                .map(|it| {
                    let message = catalogues.render(&it.message, Locale::En);
                    format!("{}: {message}", it.field.join("."))
                })
                .collect();
            anyhow!("the demo company could not be made: {}", told.join("; "))
        }
        error => anyhow!("{error}"),
    }
}
