use std::{collections::HashMap, net::IpAddr};

use super::*;

const SECRET: &str = "Zq7vJ0mKx2LwB9tR4yHs6PfD8gNc1AeU";

fn load(pairs: &[(&str, &str)]) -> Result<Config, ConfigErrors> {
    let map: HashMap<&str, &str> = pairs.iter().copied().collect();
    Config::load(|key| map.get(key).map(|value| (*value).to_owned()))
}

#[test]
fn needs_nothing_in_development() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let pairs = [("DATA_DIR", data.to_str().unwrap()), ("DEBUG", "true")];
    let config = load(&pairs).unwrap();
    assert!(config.secret_key_generated);
    assert!(config.database.sqlite_path().unwrap().starts_with(&data));
    let again = load(&pairs).unwrap();
    assert_eq!(
        config.secret_key.expose_secret(),
        again.secret_key.expose_secret()
    );
}

#[test]
fn refuses_to_start_in_production_without_a_good_secret() {
    for secret in [
        "",
        "short",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "your-secret-key-here-your-secret-key-here",
    ] {
        let errors = load(&[("DEBUG", "false"), ("SECRET_KEY", secret)]).unwrap_err();
        assert_eq!(errors.0[0].key, "SECRET_KEY", "{secret}");
    }
    assert!(production(&[]).is_ok());
}

#[test]
fn a_former_secret_is_a_good_one_and_another() {
    assert!(production(&[]).unwrap().keys().other_id().is_none());
    let former = "Wd5zR8uQx1TnVg6mEk3jHb9yPc2fLs7aNiOt4vBe";
    let config = production(&[("SECRET_KEY_PREVIOUS", former)]).unwrap();
    assert_eq!(
        config.keys().other_id(),
        Some(crate::crypto::Keys::new(former).id())
    );
    for wrong in [SECRET, "short"] {
        let errors = production(&[("SECRET_KEY_PREVIOUS", wrong)]).unwrap_err();
        assert_eq!(errors.0[0].key, "SECRET_KEY_PREVIOUS", "{wrong}");
        assert!(!errors.to_string().contains(SECRET));
    }
}

/// As on a server of our own, with what differs.
fn production(pairs: &[(&str, &str)]) -> Result<Config, ConfigErrors> {
    let usual = [
        ("DEBUG", "false"),
        ("SECRET_KEY", SECRET),
        ("EMAIL_BACKEND", "smtp"),
    ];
    load(&[usual.as_slice(), pairs].concat())
}

#[test]
fn refuses_to_start_in_production_without_a_way_for_mail() {
    let errors = load(&[("DEBUG", "false"), ("SECRET_KEY", SECRET)]).unwrap_err();
    assert_eq!(errors.0.len(), 1);
    assert_eq!(errors.0[0].key, "EMAIL_BACKEND");
    assert!(errors.to_string().contains("temporary passwords"), "{errors}");
    let config = production(&[("EMAIL_BACKEND", "file")]).unwrap();
    assert_eq!(
        config.email.backend,
        EmailBackend::File,
        "whoever asks for it has it"
    );
}

#[test]
fn a_mail_password_crosses_no_network_in_clear() {
    let login = [("EMAIL_HOST_USER", "contact"), ("EMAIL_HOST_PASSWORD", "hunter2")];
    let of = |pairs: &[(&str, &str)]| production(&[login.as_slice(), pairs].concat());
    for host in [
        "smtp.gmail.com",
        "10.0.0.7",
        "localhost.example.ne",
        "127.0.0.1.ne",
    ] {
        let errors = of(&[("EMAIL_HOST", host)]).unwrap_err();
        assert_eq!(errors.0[0].key, "EMAIL_USE_TLS", "{host}");
        assert!(!errors.to_string().contains("hunter2"));
        assert!(
            of(&[("EMAIL_HOST", host), ("EMAIL_USE_TLS", "true")]).is_ok(),
            "{host}"
        );
        assert!(
            of(&[("EMAIL_HOST", host), ("EMAIL_USE_SSL", "true")]).is_ok(),
            "{host}"
        );
    }
    for host in ["localhost", "127.0.0.1", "::1", "[::1]"] {
        assert!(of(&[("EMAIL_HOST", host)]).is_ok(), "{host}");
    }
    assert!(
        production(&[("EMAIL_HOST", "relay.bellehouse.ne")]).is_ok(),
        "without a password there is none to see"
    );
}

#[test]
fn a_wrong_database_url_is_refused_and_no_part_of_it_told() {
    for url in [
        "postgres://bh:hun/ter2@db:5432/bh",
        "postgres://bh:12/hunter2@db/bh",
        "postgres://bh:12?hunter2@db/bh",
        "postgres://bh:12#hunter2@db/bh",
        "postgres://bh:hunter2@db:port/bh",
        "postgres://bh:hunter2@db:99999/bh",
        "postgres://bh:hunter2@db/bh?sslmode=hunter2",
        "mysql://bh:hunter2@db/bh",
        "bh:hunter2@db/bh",
    ] {
        let errors = load(&[("SECRET_KEY", SECRET), ("DATABASE_URL", url)]).unwrap_err();
        assert_eq!(errors.0[0].key, "DATABASE_URL", "{url}");
        let told = format!("{errors} {errors:?}");
        assert!(!told.contains("ter2"), "{told}");
    }
    for url in [
        "postgres://bh:hun%2Fter2@db:5432/bh",
        "postgresql:///bh?host=/run/postgresql",
        "sqlite://data/bh.sqlite3",
        "sqlite:///srv/bh data/bh.sqlite3?vfs=unix",
    ] {
        assert!(
            load(&[("SECRET_KEY", SECRET), ("DATABASE_URL", url)]).is_ok(),
            "{url}"
        );
    }
}

#[test]
fn a_secret_made_here_listens_on_loopback_alone() {
    let folder = tempfile::tempdir().unwrap();
    let errors = load(&[
        ("DATA_DIR", folder.path().to_str().unwrap()),
        ("DEBUG", "true"),
        ("BIND_ADDR", "0.0.0.0:8000"),
    ])
    .unwrap_err();
    assert_eq!(errors.0.len(), 1);
    assert!(errors.to_string().contains("loopback"));
}

#[test]
fn tells_every_mistake_at_once_and_no_secret() {
    let errors = load(&[
        ("SECRET_KEY", SECRET),
        ("DEBUG", "maybe"),
        ("BIND_ADDR", "here"),
        ("TIME_ZONE", "Mars/Olympus"),
        ("CURRENCY", "BTC"),
        ("DATABASE_URL", "mysql://root:hunter2@db/x"),
        ("JWT_ACCESS_TOKEN_LIFETIME_MINUTES", "0"),
        ("EMAIL_BACKEND", "pigeon"),
        ("TRUSTED_PROXIES", "10.0.0.0/99"),
        ("CORS_ALLOWED_ORIGINS", "https://bellehouse.ne/path"),
        ("STORAGE", "s3"),
    ])
    .unwrap_err();
    let keys: Vec<&str> = errors.0.iter().map(|error| error.key).collect();
    for key in [
        "DEBUG",
        "BIND_ADDR",
        "TIME_ZONE",
        "CURRENCY",
        "DATABASE_URL",
        "EMAIL_BACKEND",
        "S3_BUCKET",
        "TRUSTED_PROXIES",
    ] {
        assert!(keys.contains(&key), "{key} is missing from {keys:?}");
    }
    assert!(!errors.to_string().contains("hunter2"));
}

#[test]
fn nginx_s_own_addresses_are_plain_paths_before_a_folder() {
    let prefix = |value: &str, storage: &str| {
        load(&[
            ("SECRET_KEY", SECRET),
            ("EMAIL_BACKEND", "file"),
            ("MEDIA_ACCEL_PREFIX", value),
            ("STORAGE", storage),
            ("S3_BUCKET", "b"),
            ("S3_ACCESS_KEY_ID", "i"),
            ("S3_SECRET_ACCESS_KEY", "s"),
        ])
        .map(|config| config.media_accel_prefix)
    };
    assert_eq!(prefix("", "fs").unwrap(), None);
    assert_eq!(prefix("/_media/", "fs").unwrap().as_deref(), Some("/_media/"));
    assert_eq!(prefix("/a/b-c/", "fs").unwrap().as_deref(), Some("/a/b-c/"));
    for wrong in [
        "_media/",
        "/_media",
        "/",
        "//",
        "/a//b/",
        "/../",
        "/a b/",
        "/é/",
        "/a\r\nX: y/",
    ] {
        assert!(prefix(wrong, "fs").is_err(), "{wrong:?}");
    }
    let error = prefix("/_media/", "s3").unwrap_err().to_string();
    assert!(
        error.contains("MEDIA_ACCEL_PREFIX") && error.contains("STORAGE=fs"),
        "{error}"
    );
}

#[test]
fn takes_django_s_names_for_e_mail() {
    let config = load(&[
        ("SECRET_KEY", SECRET),
        ("EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend"),
        ("EMAIL_USE_TLS", "True"),
    ])
    .unwrap();
    assert_eq!(config.email.backend, EmailBackend::Smtp);
    assert_eq!(config.email.port, 587);
}

#[test]
fn prints_no_secret() {
    let config = load(&[
        ("SECRET_KEY", SECRET),
        ("DATABASE_URL", "postgres://u:hunter2@db/x"),
    ])
    .unwrap();
    let printed = format!("{config:?}");
    assert!(
        !printed.contains(SECRET) && !printed.contains("hunter2"),
        "{printed}"
    );
}

#[test]
fn takes_secrets_from_files() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let secret = file("secret", &format!("{SECRET}\n"));
    let in_production = [("DEBUG", "false"), ("EMAIL_BACKEND", "smtp")];
    let config = load(&[in_production.as_slice(), &[("SECRET_KEY_FILE", &secret)]].concat()).unwrap();
    assert_eq!(config.secret_key.expose_secret(), SECRET);
    assert!(!config.secret_key_generated);

    let absent = folder.path().join("absent").display().to_string();
    for (pairs, expected) in [
        (vec![("SECRET_KEY_FILE", absent.as_str())], "SECRET_KEY_FILE="),
        (
            vec![("SECRET_KEY_FILE", secret.as_str()), ("SECRET_KEY", SECRET)],
            "exclude each other",
        ),
        (
            vec![("SECRET_KEY_FILE", file("empty", "\n").as_str())],
            "SECRET_KEY: is missing",
        ),
    ] {
        let pairs = [in_production.to_vec(), pairs].concat();
        let told = load(&pairs).unwrap_err().to_string();
        assert!(told.contains(expected) && !told.contains(SECRET), "{told}");
    }
}

#[test]
fn the_database_s_url_is_made_of_its_parts() {
    let url = |pairs: &[(&str, &str)]| {
        let pairs = [&[("SECRET_KEY", SECRET)], pairs].concat();
        load(&pairs).map(|config| config.database.url.expose_secret().to_owned())
    };
    let parts = [
        ("DB_NAME", "bellehouse"),
        ("DB_USER", "bh"),
        ("DB_PASSWORD", "a/b@c:%41é ?#"),
    ];
    let made = url(&parts).unwrap();
    assert_eq!(
        made,
        "postgres://bh:a%2Fb%40c%3A%2541%C3%A9%20%3F%23@localhost:5432/bellehouse"
    );
    let socket = [
        parts[0],
        parts[1],
        ("DB_HOST", "/run/postgresql"),
        ("DB_PORT", "5433"),
    ];
    assert_eq!(
        url(&socket).unwrap(),
        "postgres://bh@%2Frun%2Fpostgresql:5433/bellehouse"
    );
    let both = [&parts[..], &[("DATABASE_URL", "postgres://db/other")]].concat();
    assert_eq!(url(&both).unwrap(), "postgres://db/other");
    let missing = url(&parts[2..]).unwrap_err();
    let keys: Vec<&str> = missing.0.iter().map(|error| error.key).collect();
    assert_eq!(keys, ["DB_NAME", "DB_USER"]);
}

#[test]
fn knows_its_own_proxies() {
    let config = load(&[("SECRET_KEY", SECRET), ("TRUSTED_PROXIES", "10.0.0.0/8, ::1")]).unwrap();
    let trusted = |text: &str| config.trusted_proxies.contains(text.parse::<IpAddr>().unwrap());
    assert!(trusted("10.200.1.1") && trusted("::1") && trusted("::ffff:10.1.1.1"));
    assert!(!trusted("11.0.0.1") && !trusted("::2"));
}

#[test]
fn the_example_file_is_what_the_code_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../.env.example");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, settings::env_example()).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(
        committed,
        settings::env_example(),
        "run `UPDATE=1 cargo test the_example_file` and commit"
    );
}

#[test]
fn metrics_have_an_address_of_their_own_or_none() {
    assert_eq!(production(&[]).unwrap().metrics_addr, None);
    let config = production(&[("METRICS_ADDR", "127.0.0.1:9464")]).unwrap();
    assert_eq!(config.metrics_addr.unwrap().port(), 9464);
    for bad in ["9464", "localhost", "0.0.0.0:8000"] {
        let errors = production(&[("METRICS_ADDR", bad), ("BIND_ADDR", "127.0.0.1:8000")]).unwrap_err();
        assert_eq!(errors.0[0].key, "METRICS_ADDR", "{bad}");
    }
}

#[test]
fn a_second_factor_is_asked_of_whom_the_setting_names() {
    let covered = |value: &str| {
        let config = load(&[
            ("SECRET_KEY", SECRET),
            ("EMAIL_BACKEND", "file"),
            ("REQUIRE_TOTP", value),
        ])
        .unwrap();
        [Role::Client, Role::Staff, Role::Admin].map(|role| config.require_totp.covers(role))
    };
    assert_eq!(covered(""), [false, false, false]);
    assert_eq!(covered("none"), [false, false, false]);
    assert_eq!(covered("admin"), [false, false, true]);
    assert_eq!(covered("Staff"), [false, true, true]);
    let errors = load(&[
        ("SECRET_KEY", SECRET),
        ("EMAIL_BACKEND", "file"),
        ("REQUIRE_TOTP", "yes"),
    ])
    .unwrap_err();
    assert_eq!(errors.0[0].key, "REQUIRE_TOTP");
}
