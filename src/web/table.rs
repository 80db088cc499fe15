//! A table of routes that actix is configured from, so that a route that is not in it does not exist.

use std::future::ready;
use std::panic::AssertUnwindSafe;

use actix_web::http::Method;
use actix_web::http::header::HeaderValue;
use actix_web::{FromRequest, Handler, HttpMessage as _, HttpRequest, Responder, Route, web};
use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;

use super::failure::Failure;
use super::guard::{Guarded, Need, WriteGuarded};

/// One line of the table.
pub struct Entry {
    pub method: Method,
    pub path: &'static str,
    pub need: Need,
    route: Box<dyn Fn(Method) -> Route>,
}

/// The table while it is written.
#[derive(Default)]
pub struct Table(Vec<Entry>);

impl Table {
    /// A page.
    #[must_use]
    pub fn get<F, Args>(self, path: &'static str, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + Guarded + 'static,
        F::Output: Responder + 'static,
    {
        self.add(Method::GET, path, Args::NEED, handler)
    }

    /// A change.
    #[must_use]
    pub fn post<F, Args>(self, path: &'static str, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + WriteGuarded + 'static,
        F::Output: Responder + 'static,
    {
        self.add(Method::POST, path, Args::NEED, handler)
    }

    fn add<F, Args>(mut self, method: Method, path: &'static str, need: Need, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let route = Box::new(move |verb| web::method(verb).to(Caught(handler.clone())));
        self.0.push(Entry { method, path, need, route });
        self
    }

    /// The lines, in the order in which they were written.
    pub fn entries(&self) -> &[Entry] {
        &self.0
    }

    /// Makes actix know the routes, and nothing else.
    pub fn configure(&self, config: &mut web::ServiceConfig) {
        let mut done: Vec<&str> = vec![];
        for entry in &self.0 {
            if done.contains(&entry.path) {
                continue;
            }
            done.push(entry.path);
            let routes = self.0.iter().filter(|e| e.path == entry.path);
            let resource = routes.fold(web::resource(entry.path), |resource, e| {
                let resource = resource.route((e.route)(e.method.clone()));
                // HEAD is GET without the body; actix leaves the body out by itself.
                if e.method == Method::GET { resource.route((e.route)(Method::HEAD)) } else { resource }
            });
            let allowed = Allowed::of(self.0.iter().filter(|e| e.path == entry.path).map(|e| &e.method));
            let refuse = move |request: HttpRequest| ready(no_such_method(&request, allowed.clone()));
            config.service(resource.default_service(web::to(refuse)));
        }
        config.default_service(web::to(nothing_here));
    }
}

/// A handler that answers also where a fault of ours makes it panic: the member gets a page with a reference, and not a connection that
/// ends.
#[derive(Clone)]
struct Caught<F>(F);

impl<F: Handler<Args>, Args: 'static> Handler<Args> for Caught<F> {
    type Output = Result<F::Output, Failure>;
    type Future = LocalBoxFuture<'static, Self::Output>;

    fn call(&self, args: Args) -> Self::Future {
        let work = AssertUnwindSafe(self.0.call(args)).catch_unwind();
        Box::pin(async { work.await.map_err(|_panic| Failure::broken("a handler panicked; the log says where")) })
    }
}

/// What an address takes: the header `Allow` of its refusals.
#[derive(Clone)]
pub(super) struct Allowed(pub(super) HeaderValue);

impl Allowed {
    fn of<'a>(methods: impl Iterator<Item = &'a Method>) -> Self {
        let words = methods.map(|method| if *method == Method::GET { "GET, HEAD" } else { method.as_str() });
        let words = words.collect::<Vec<_>>().join(", ");
        Self(HeaderValue::from_str(&words).unwrap_or(HeaderValue::from_static("GET, HEAD")))
    }
}

fn no_such_method(request: &HttpRequest, allowed: Allowed) -> Result<&'static str, Failure> {
    request.extensions_mut().insert(allowed);
    Err(Failure::Method(request.method().to_string()))
}

async fn nothing_here() -> Result<&'static str, Failure> {
    Err(Failure::NotFound)
}

#[cfg(test)]
mod tests {
    use actix_web::test::{TestRequest, call_service, init_service};
    use actix_web::{App, HttpResponse};

    use super::super::guard::Public;
    use super::*;

    #[actix_web::test]
    async fn a_handler_that_panics_answers_with_a_failure() {
        async fn breaks(_everybody: Public) -> Result<HttpResponse, Failure> {
            panic!("as a fault of ours would")
        }
        let table = Table::default().get("/", breaks);
        let app = init_service(App::new().configure(|config| table.configure(config))).await;
        let answer = call_service(&app, TestRequest::get().uri("/").to_request()).await;
        let failure = answer.response().error().and_then(|error| error.as_error::<Failure>());
        assert!(matches!(failure, Some(Failure::Broken(_))), "{:?}", answer.status());
    }
}
