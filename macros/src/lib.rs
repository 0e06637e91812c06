//! What ordinary Rust can't say of a GraphQL field: async-graphql takes an argument's name from a parameter, one each, and
//! has no way to share six of them.

use std::mem::take;

use proc_macro::TokenStream;
use quote::ToTokens;
use syn::{
    Error, FnArg, ImplItem, ImplItemFn, ItemImpl, Type, parse_macro_input, parse_quote,
    punctuated::Punctuated, token::Comma,
};

/// Stands above the `#[Object]` of a type with lists: a parameter of the type `PageArgs` becomes the arguments that every
/// list takes (`first`, `after`, `last`, `before`, `page`, `pageSize`), at its place among the others.
///
/// ```ignore
/// #[paged]
/// #[Object]
/// impl ClientsQuery {
///     /// The company's clients.
///     async fn clients(&self, ctx: &Context<'_>, args: PageArgs) -> Result<Connection<Client>> {
/// ```
#[proc_macro_attribute]
pub fn paged(_: TokenStream, object: TokenStream) -> TokenStream {
    let mut object = parse_macro_input!(object as ItemImpl);
    let mut lists = 0;
    for item in &mut object.items {
        if let ImplItem::Fn(field) = item {
            lists += usize::from(spell_out(field));
        }
    }
    if lists == 0 {
        let message = "no field here has a parameter of the type `PageArgs`: leave `#[paged]` out";
        return Error::new_spanned(&object.self_ty, message)
            .into_compile_error()
            .into();
    }
    object.into_token_stream().into()
}

/// Spells out the arguments of one field; whether it is a list.
fn spell_out(field: &mut ImplItemFn) -> bool {
    let mut collected = None;
    for parameter in take(&mut field.sig.inputs) {
        match parameter {
            FnArg::Typed(args) if is_page_args(&args.ty) => {
                field.sig.inputs.extend(arguments());
                collected = Some(args);
            }
            other => field.sig.inputs.push(other),
        }
    }
    let Some(args) = collected else {
        return false;
    };
    let (name, ty) = (args.pat, args.ty);
    field.block.stmts.insert(
        0,
        parse_quote!(let #name = #ty { first, after, last, before, page, page_size };),
    );
    field.attrs.push(
        parse_quote!(#[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]),
    );
    true
}

fn is_page_args(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "PageArgs"))
}

fn arguments() -> Punctuated<FnArg, Comma> {
    parse_quote! {
        #[graphql(desc = "The first so many rows, 100 at most…")] first: Option<i32>,
        #[graphql(desc = "…after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many rows, 100 at most…")] last: Option<i32>,
        #[graphql(desc = "…before this cursor.")] before: Option<String>,
        #[graphql(desc = "The page of this number, from 1.")] page: Option<i32>,
        #[graphql(desc = "Rows a page, 100 at most.")] page_size: Option<i32>,
    }
}
