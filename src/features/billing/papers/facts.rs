//! The books' own values as the crate `documents` takes them.

use documents::{Company, Fiscal, Language, Party};

use crate::features::{
    billing::{CompanyDetails, PaymentMode},
    clients::StoredClient,
};
use platform::{
    actor::Locale,
    money::{Amount, Currency},
};

pub fn language(locale: Locale) -> Language {
    match locale {
        Locale::Fr => Language::Fr,
        Locale::En => Language::En,
    }
}

pub fn currency(currency: Currency) -> documents::Currency {
    match currency {
        Currency::Xof => documents::Currency::Xof,
        Currency::Eur => documents::Currency::Eur,
        Currency::Usd => documents::Currency::Usd,
    }
}

/// Hundredths as the smallest unit of the currency, which every stored amount is a multiple of.
pub fn minor_units(amount: Amount, currency: Currency) -> i64 {
    amount.0 / currency.smallest().0
}

pub fn payment_mode(mode: PaymentMode) -> documents::PaymentMode {
    match mode {
        PaymentMode::Cash => documents::PaymentMode::Cash,
        PaymentMode::Transfer => documents::PaymentMode::Transfer,
        PaymentMode::Check => documents::PaymentMode::Check,
        PaymentMode::MobileMoney => documents::PaymentMode::MobileMoney,
    }
}

pub fn company(details: CompanyDetails) -> Company {
    Company {
        name: details.name,
        address: details.address,
        phone: details.phone,
        email: details.email,
        nif: details.nif,
        rccm: details.rccm,
        bank_details: details.bank_details,
        payment_terms: details.payment_terms,
        fiscal: Fiscal {
            nim: details.fiscal_nim,
            signature: details.fiscal_signature,
            qr: details.fiscal_qr,
        },
    }
}

pub fn party(client: StoredClient) -> Party {
    Party {
        name: client.name,
        address: client.address,
        phone: client.phone,
    }
}

/// A text as part of a file's name that every system takes: `BH/2026/12` is `BH-2026-12`.
pub fn file_stem(text: &str) -> String {
    let plain = text
        .chars()
        .map(|it| if it.is_ascii_alphanumeric() { it } else { '-' });
    plain.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn francs_have_no_hundredths() {
        assert_eq!(minor_units(Amount(150_000_000), Currency::Xof), 1_500_000);
        assert_eq!(minor_units(Amount(-9_950), Currency::Eur), -9_950);
    }

    #[test]
    fn file_names_are_plain() {
        assert_eq!(file_stem("BH/2026/12"), "BH-2026-12");
        assert_eq!(file_stem("é\"\r\n"), "----");
    }
}
