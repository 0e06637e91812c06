//! The command line.

mod application;
mod backup;
mod database;
mod demo;
mod doctor;
mod healthcheck;
mod lock;
mod output;
mod people;
mod progress;
mod rotate_key;
mod serve;

use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

use platform::{
    actor::Role,
    config::Config,
    logging,
    memory::{self, GiveBack},
};

pub use lock::ServingLock;

/// Belle House's backend: one GraphQL endpoint for the public site, the clients' app and the staff. Settings come from the environment and .env; .env.example explains each.
#[derive(Debug, Parser)]
#[command(name = "belle-house", version)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve everything. What happens without a command, too.
    Serve,
    /// Load the demo company. Its passwords are known to everybody.
    Demo {
        /// Also where DEBUG=false, or where real accounts are.
        #[arg(long)]
        into_production: bool,
    },
    /// Bring the database's schema up to date.
    Migrate {
        /// Only say what is missing, how many rows there are to pass over, and about how long that takes.
        #[arg(long)]
        plan: bool,
    },
    /// Make an administrator. The password is read from standard input.
    CreateAdmin {
        /// The address to sign in with.
        #[arg(long)]
        email: String,
        /// The person's name.
        #[arg(long)]
        name: String,
    },
    /// Make a member of staff. The password is read from standard input.
    CreateStaff {
        /// The address to sign in with.
        #[arg(long)]
        email: String,
        /// The person's name.
        #[arg(long)]
        name: String,
    },
    /// Shut somebody out, a client or a member of staff: sessions and streams end, and signing in fails.
    DisableAccount {
        /// The address the person signs in with.
        #[arg(long)]
        email: String,
    },
    /// Print a temporary password for somebody who is locked out of everything, good for 72 hours.
    ResetPassword {
        /// The address the person signs in with.
        #[arg(long)]
        email: String,
    },
    /// Take the second factor off somebody who has lost phone and recovery codes; sessions end.
    ResetTotp {
        /// The address the person signs in with.
        #[arg(long)]
        email: String,
    },
    /// Make a backup now, prove it, and prune old ones; or see what there is.
    Backup {
        #[command(subcommand)]
        action: Option<backup::Action>,
    },
    /// Bring a backup back, into whichever database is configured. The server must be stopped.
    Restore {
        /// The backup: a file, or the name of one in BACKUP_DIR.
        file: std::path::PathBuf,
        /// The file with the identity that opens it; /dev/stdin for standard input.
        #[arg(long)]
        identity: std::path::PathBuf,
        /// Let it take the place of the data that is there.
        #[arg(long)]
        replace: bool,
    },
    /// Print a fresh SECRET_KEY, and what to do so that nobody notices that it changes.
    RotateKey,
    /// Print the GraphQL schema.
    Schema,
    /// Check configuration, database, storage, mail and push; say what is wrong and how to mend it.
    Doctor,
    /// Ask the server that runs here whether it can serve; fails when it can't. For containers.
    Healthcheck,
}

/// Does what the arguments say. `give_back` is the allocator's way to return memory.
#[must_use]
pub fn run(give_back: GiveBack) -> ExitCode {
    let arguments = Arguments::parse();
    match start(arguments.command.unwrap_or(Command::Serve), give_back) {
        Ok(code) => code,
        Err(error) => {
            use std::io::Write;
            // Not to the log: it may not have begun, and this is for whoever typed the command.
            let told = writeln!(std::io::stderr(), "{error:#}");
            // Nobody is left to be told of a closed standard error.
            drop(told);
            ExitCode::FAILURE
        }
    }
}

fn start(command: Command, give_back: GiveBack) -> Result<ExitCode> {
    // One provider of cryptography for every TLS connection; without one, clients panic when they are built. An
    // error means that somebody installed one already, which is as good.
    drop(rustls::crypto::ring::default_provider().install_default());
    if let Command::Backup {
        action: Some(backup::Action::Keygen { file }),
    } = &command
    {
        backup::keygen(file)?;
        return Ok(ExitCode::SUCCESS);
    }
    if matches!(command, Command::RotateKey) {
        rotate_key::run()?;
        return Ok(ExitCode::SUCCESS);
    }
    if matches!(command, Command::Schema) {
        output::line(crate::graphql::sdl().trim_end())?;
        return Ok(ExitCode::SUCCESS);
    }
    let config = Config::from_env()?;
    if matches!(command, Command::Healthcheck) {
        healthcheck::run(config.bind_addr)?;
        return Ok(ExitCode::SUCCESS);
    }
    logging::init(&config)?;
    memory::sweep_with(give_back).context("the thread that gives memory back can't start")?;
    runtime(crate::http::WORKER_STACK)
        .context("the runtime can't start")?
        .block_on(execute(command, config))
}

/// What everything runs on.
///
/// # Errors
/// When the system gives no threads.
pub fn runtime(stack: usize) -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .thread_stack_size(stack)
        .enable_all()
        .build()
}

async fn execute(command: Command, config: Config) -> Result<ExitCode> {
    match command {
        Command::Serve => serve::run(config).await?,
        Command::Demo { into_production } => demo::load(config, into_production).await?,
        Command::Migrate { plan: true } => database::plan(&config).await?,
        Command::Migrate { plan: false } => {
            database::open(&config).await?;
            output::line("The database is up to date.")?;
        }
        Command::CreateAdmin { email, name } => people::create(config, email, name, Role::Admin).await?,
        Command::CreateStaff { email, name } => people::create(config, email, name, Role::Staff).await?,
        Command::DisableAccount { email } => people::disable(config, email).await?,
        Command::ResetPassword { email } => people::reset_password(config, email).await?,
        Command::ResetTotp { email } => people::reset_totp(config, email).await?,
        Command::Backup { action } => backup::run(config, action).await?,
        Command::Restore {
            file,
            identity,
            replace,
        } => backup::restore(config, &file, &identity, replace).await?,
        Command::Doctor => {
            if !doctor::run(&config).await? {
                return Ok(ExitCode::FAILURE);
            }
        }
        Command::Healthcheck => healthcheck::run(config.bind_addr)?,
        Command::RotateKey => rotate_key::run()?,
        Command::Schema => output::line(crate::graphql::sdl().trim_end())?,
    }
    Ok(ExitCode::SUCCESS)
}
