//! The demo company's website: a portfolio in and around Niamey, services, partners, testimonials, two articles,
//! frequently asked questions and a promotion in the clients' app. French, with English beside it in places.

use anyhow::Result;
use chrono::TimeDelta;

use super::{Picture, once::once, pictures, upload};
use crate::{
    app::App,
    features::{
        content::{
            Category, PortfolioItem, PortfolioItems,
            kinds::{
                blog_post::BlogPostFields, faq::FaqFields, partner::PartnerFields,
                portfolio_item::PortfolioItemFields, portfolio_media::GalleryEntry,
                promotion::PromotionFields, service::ServiceFields, testimonial::TestimonialFields,
            },
            tables::{blog_post, faq, partner, promotion, service, testimonial},
        },
        media::UploadId,
    },
};
use platform::{actor::Actor, form::Change};

/// A value of a form that is filled in.
fn set<T>(value: impl Into<T>) -> Change<T> {
    Some(Some(value.into()))
}

/// A text of a form that may be left out.
fn set_text(text: &str) -> Change<String> {
    (!text.is_empty()).then(|| Some(text.to_owned()))
}

struct House {
    title: [&'static str; 2],
    category: Category,
    description: [&'static str; 2],
    area: &'static str,
    task: &'static str,
    owner: &'static str,
    year: i32,
    usage: [&'static str; 2],
    place: [&'static str; 3],
    pictures: u32,
}

const HOUSES: &[House] = &[
    House {
        title: ["Villa Koira Kano", "Koira Kano villa"],
        category: Category::Realization,
        description: [
            "Villa de plain-pied autour d'un patio planté. Les murs en briques de terre comprimée gardent la fraîcheur ; \
             une galerie fait le tour du séjour.",
            "A single-storey villa around a planted patio. Compressed-earth brick walls keep the rooms cool; a gallery runs \
             around the living room.",
        ],
        area: "405,30 m²",
        task: "Conception et Réalisation",
        owner: "M. Christophe",
        year: 2024,
        usage: ["Habitation", "Housing"],
        place: ["Koira Kano", "Niamey", "Niger"],
        pictures: 3,
    },
    House {
        title: ["Duplex du Plateau", "Plateau duplex"],
        category: Category::Realization,
        description: [
            "Deux logements superposés, chacun avec son entrée et sa terrasse. Façade en claustras qui filtrent le soleil \
             de l'après-midi.",
            "Two dwellings, one above the other, each with its own entrance and terrace, behind a screen that filters the \
             afternoon sun.",
        ],
        area: "312,00 m²",
        task: "Conception et Réalisation",
        owner: "Mme Ramatou",
        year: 2025,
        usage: ["Habitation", "Housing"],
        place: ["Plateau", "Niamey", "Niger"],
        pictures: 2,
    },
    House {
        title: ["Bureaux de Yantala", "Yantala offices"],
        category: Category::Realization,
        description: [
            "Trois plateaux de bureaux et un commerce au rez-de-chaussée. Panneaux solaires en toiture, citerne de 20 m³.",
            "",
        ],
        area: "1 180,50 m²",
        task: "Réalisation",
        owner: "Groupe Sahel Conseil",
        year: 2023,
        usage: ["Bureaux et commerce", "Offices and shop"],
        place: ["Yantala", "Niamey", "Niger"],
        pictures: 2,
    },
    House {
        title: ["École Les Palmiers", ""],
        category: Category::Realization,
        description: [
            "Six classes, une bibliothèque et une cour ombragée. Toitures ventilées en double peau, sans climatisation.",
            "",
        ],
        area: "860 m²",
        task: "Plans et suivi",
        owner: "Association Les Palmiers",
        year: 2022,
        usage: ["Enseignement", "Education"],
        place: ["Centre", "Dosso", "Niger"],
        pictures: 1,
    },
    House {
        title: ["Résidence Goudel", "Goudel residence"],
        category: Category::Project,
        description: [
            "Projet de douze logements au bord du fleuve, autour d'un jardin commun planté de manguiers.",
            "Twelve homes planned by the river, around a shared garden of mango trees.",
        ],
        area: "2 450 m²",
        task: "Conception",
        owner: "",
        year: 2027,
        usage: ["Habitation", "Housing"],
        place: ["Goudel", "Niamey", "Niger"],
        pictures: 1,
    },
    House {
        title: ["Maison d'hôtes L'Œil du Fleuve", "The River's Eye guest house"],
        category: Category::Project,
        description: [
            "Huit chambres, un restaurant et une terrasse sur le fleuve Niger, en matériaux de la région.",
            "Eight rooms, a restaurant and a terrace over the Niger, built from local materials.",
        ],
        area: "690,75 m²",
        task: "Conception",
        owner: "",
        year: 2026,
        usage: ["Hôtellerie", "Hospitality"],
        place: ["Rive droite", "Gaya", "Niger"],
        pictures: 1,
    },
];

const SERVICES: &[([&str; 2], [&str; 2], &str)] = &[
    (
        ["Conception", "Design"],
        [
            "Plans, maquettes et permis de construire, pour un terrain et un budget donnés.",
            "Plans, models and building permits for a given plot and budget.",
        ],
        "<path d='M10 90 L50 10 L90 90 Z' fill='none' stroke='#7a3428' stroke-width='8'/>\
         <path d='M28 62 H72' stroke='#7a3428' stroke-width='8'/>",
    ),
    (
        ["Construction", "Construction"],
        [
            "Du terrassement à la remise des clés, avec nos équipes et des artisans de Niamey.",
            "From groundwork to the keys, with our own teams and craftspeople from Niamey.",
        ],
        "<path d='M10 50 L50 14 L90 50' fill='none' stroke='#7a3428' stroke-width='8'/>\
         <rect x='22' y='48' width='56' height='40' fill='#dec4a0'/>",
    ),
    (
        ["Suivi de chantier", "Site supervision"],
        [
            "Des photos chaque semaine sur votre téléphone, où que vous soyez.",
            "Photos every week on your phone, wherever you are.",
        ],
        "<circle cx='50' cy='50' r='36' fill='none' stroke='#7a3428' stroke-width='8'/>\
         <circle cx='50' cy='50' r='14' fill='#b0623a'/>",
    ),
    (
        ["Rénovation", "Renovation"],
        [
            "Étanchéité, façades, extensions : une maison ancienne qui redevient neuve.",
            "",
        ],
        "<rect x='14' y='40' width='50' height='48' fill='#dec4a0'/>\
         <rect x='56' y='14' width='30' height='74' fill='#b0623a'/>",
    ),
];

/// Question and answer, each in French and in English.
const QUESTIONS: &[[&str; 4]] = &[
    [
        "Construisez-vous hors de Niamey ?",
        "Do you build outside Niamey?",
        "Oui, dans tout le Niger. Hors de Niamey, nous comptons le transport des matériaux à part.",
        "Yes, all over Niger. Outside Niamey, transport of materials is priced separately.",
    ],
    [
        "Je vis à l'étranger : comment suivre mon chantier ?",
        "I live abroad: how do I follow my site?",
        "Dans l'application : photos, avancement et factures, au fur et à mesure.",
        "In the app: photos, progress and invoices, as they come.",
    ],
    [
        "Faut-il déjà avoir un terrain ?",
        "",
        "Non. Nous vous conseillons sur le choix d'une parcelle et sur ses papiers.",
        "",
    ],
];

const PARTNERS: &[(&str, &str, &str)] = &[
    (
        "Cimenterie du Fleuve",
        "https://cimenterie-du-fleuve.example",
        "#5c8296",
    ),
    ("Briques de Saga", "https://briques-de-saga.example", "#b0623a"),
    ("Solaire Azawak", "https://solaire-azawak.example", "#d9a441"),
];

struct Voice {
    name: &'static str,
    role: [&'static str; 2],
    content: [&'static str; 2],
    rating: i32,
    featured: bool,
}

const VOICES: &[Voice] = &[
    Voice {
        name: "Ramatou Idrissa",
        role: ["Propriétaire, Plateau", "Owner, Plateau"],
        content: [
            "J'ai suivi mon chantier depuis Lyon, photo après photo. Les clés étaient là à la date dite.",
            "I followed my site from Lyon, photo by photo. The keys were there on the day they had promised.",
        ],
        rating: 5,
        featured: true,
    },
    Voice {
        name: "Souley Maman",
        role: [
            "Directeur, École Les Palmiers",
            "Head teacher, Les Palmiers school",
        ],
        content: [
            "Des classes fraîches même en avril. Les enfants travaillent mieux.",
            "",
        ],
        rating: 5,
        featured: true,
    },
    Voice {
        name: "Hadiza Oumarou",
        role: ["Propriétaire, Koira Kano", ""],
        content: ["Équipe sérieuse, devis respecté.", ""],
        rating: 4,
        featured: false,
    },
];

type Post = ([&'static str; 2], &'static str, &'static str, i64);

const POSTS: &[Post] = &[
    (
        ["Construire frais à Niamey", "Building cool in Niamey"],
        "Avril à Niamey, c'est **42 °C à l'ombre**. Une maison bien pensée reste sous les 30 °C sans climatiseur.\n\n\
         ## Trois choses qui comptent\n\n\
         1. *L'orientation* : peu d'ouvertures à l'ouest.\n\
         2. *Le mur* : la brique de terre comprimée amortit la chaleur de la journée.\n\
         3. *Le toit* : une double peau ventilée, claire.\n\n\
         > Un toit clair et ventilé fait plus qu'un climatiseur.\n\n\
         | Paroi | Déphasage |\n|---|---|\n| Parpaing de 15 | 4 h |\n| Terre comprimée de 30 | 9 h |\n",
        "April in Niamey means **42 °C in the shade**. A well-planned house stays below 30 °C without air conditioning.\n\n\
         Three things matter: *orientation*, *the wall*, *the roof*.\n",
        20,
    ),
    (
        ["Votre terrain avant les plans", ""],
        "Avant de dessiner, nous regardons le terrain avec vous.\n\n\
         - Le titre foncier et les limites\n- La pente et l'écoulement des pluies\n- L'accès des camions\n\n\
         Apportez ce que vous avez : un croquis suffit pour commencer.\n",
        "",
        5,
    ),
];

/// Loads the website.
///
/// # Errors
/// When the database refuses, or a picture can't be drawn.
pub async fn load(app: &App, actor: &Actor) -> Result<()> {
    let mut items = Vec::new();
    for (number, house) in (1..).zip(HOUSES) {
        items.push(build(app, actor, number, house).await?);
    }
    for (title, text, icon) in SERVICES {
        let svg = format!("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 100 100'>{icon}</svg>");
        let fields = async {
            Ok(ServiceFields {
                title: set(title[0]),
                title_en: set_text(title[1]),
                short_description: set(text[0]),
                short_description_en: set_text(text[1]),
                icon_upload_id: set(drawing(app, actor, title[0], svg).await?),
                ..Default::default()
            })
        };
        once::<service::Entity>(app, actor, &format!("service/{}", title[0]), fields).await?;
    }
    for (name, website, tone) in PARTNERS {
        let svg = format!(
            "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 300 100'><circle cx='50' cy='50' r='40' fill='{tone}'/>\
             <rect x='110' y='30' width='170' height='16' rx='8' fill='{tone}'/>\
             <rect x='110' y='58' width='120' height='12' rx='6' fill='#96928c'/></svg>"
        );
        let fields = async {
            Ok(PartnerFields {
                name: set(*name),
                website: set(*website),
                logo_upload_id: set(drawing(app, actor, name, svg).await?),
                ..Default::default()
            })
        };
        once::<partner::Entity>(app, actor, &format!("partner/{name}"), fields).await?;
    }
    for (number, [question, question_en, answer, answer_en]) in (1..).zip(QUESTIONS) {
        let fields = async {
            Ok(FaqFields {
                question: set(*question),
                question_en: set_text(question_en),
                answer: set(*answer),
                answer_en: set_text(answer_en),
                ..Default::default()
            })
        };
        once::<faq::Entity>(app, actor, &format!("question/{number}"), fields).await?;
    }
    for voice in VOICES {
        let fields = async {
            Ok(TestimonialFields {
                client_name: set(voice.name),
                role: set(voice.role[0]),
                role_en: set_text(voice.role[1]),
                content: set(voice.content[0]),
                content_en: set_text(voice.content[1]),
                rating: set(voice.rating),
                is_featured: set(voice.featured),
                ..Default::default()
            })
        };
        once::<testimonial::Entity>(app, actor, &format!("voice/{}", voice.name), fields).await?;
    }
    for (number, (title, content, content_en, days)) in (1..).zip(POSTS) {
        let fields = async {
            Ok(BlogPostFields {
                title: set(title[0]),
                title_en: set_text(title[1]),
                content: set(*content),
                content_en: set_text(content_en),
                thumbnail_upload_id: set(photo(app, actor, 700 + number, title).await?),
                is_published: set(true),
                published_at: set(app.ctx.clock.now() - TimeDelta::days(*days)),
                ..Default::default()
            })
        };
        once::<blog_post::Entity>(app, actor, &format!("post/{}", title[0]), fields).await?;
    }
    let shown = items.get(4).map(|item| item.id);
    let fields = async {
        Ok(PromotionFields {
            title: set("Résidence Goudel : les réservations sont ouvertes"),
            title_en: set("Goudel residence: now open for reservations"),
            banner_image_upload_id: set(photo(
                app,
                actor,
                801,
                &["La Résidence Goudel", "The Goudel residence"],
            )
            .await?),
            linked_portfolio_item_id: shown.map(Some),
            is_active: set(true),
            ..Default::default()
        })
    };
    once::<promotion::Entity>(app, actor, "promotion", fields).await?;
    Ok(())
}

async fn build(app: &App, actor: &Actor, number: u32, house: &House) -> Result<PortfolioItem> {
    let fields = describe(app, actor, number, house);
    once::<PortfolioItems>(app, actor, &format!("item/{}", house.title[0]), fields).await
}

async fn describe(app: &App, actor: &Actor, number: u32, house: &House) -> Result<PortfolioItemFields> {
    let main = photo(app, actor, number * 53, &house.title).await?;
    let mut gallery = Vec::new();
    for index in 1..house.pictures {
        gallery.push(GalleryEntry {
            id: None,
            upload_id: Some(photo(app, actor, number * 53 + index * 7, &house.title).await?),
        });
    }
    let [district, city, country] = house.place;
    Ok(PortfolioItemFields {
        title: set(house.title[0]),
        title_en: set_text(house.title[1]),
        category: set(house.category),
        description: set(house.description[0]),
        description_en: set_text(house.description[1]),
        area: set(house.area),
        task: set(house.task),
        owner: set_text(house.owner),
        year: set(house.year),
        usage: set(house.usage[0]),
        usage_en: set(house.usage[1]),
        district: set(district),
        city: set(city),
        country: set(country),
        main_image_upload_id: set(main),
        gallery: set(gallery),
        is_published: set(true),
        published_at: set(app.ctx.clock.now() - TimeDelta::days(i64::from(number) * 40)),
        ..Default::default()
    })
}

async fn photo(app: &App, actor: &Actor, seed: u32, title: &[&str; 2]) -> Result<UploadId> {
    let jpeg = tokio::task::spawn_blocking(move || pictures::site_photo(100, seed)).await??;
    let picture = Picture {
        filename: format!("maison-{seed}.jpg"),
        content_type: "image/jpeg",
        bytes: jpeg,
        alt: title[0].to_owned(),
        alt_en: (!title[1].is_empty()).then(|| title[1].to_owned()),
    };
    upload(app, actor, picture).await
}

async fn drawing(app: &App, actor: &Actor, name: &str, svg: String) -> Result<UploadId> {
    let picture = Picture {
        filename: "dessin.svg".to_owned(),
        content_type: "image/svg+xml",
        bytes: svg.into_bytes(),
        alt: name.to_owned(),
        alt_en: None,
    };
    upload(app, actor, picture).await
}
