use serde::Serialize;

/// A page of a list.
#[derive(Debug, Serialize)]
pub struct Listed<T> {
    pub items: Vec<T>,
    /// The address of the next page; nothing where this one is the last.
    pub next: Option<String>,
}

/// How the address of the next page is made: the path, and what of the query stays the same.
pub struct Next<'a> {
    pub path: &'a str,
    pub same: Vec<(&'static str, String)>,
}

impl Next<'_> {
    /// A page of `limit` items at most. `found` may hold one more, which says that there is a next page; `of` names the last item for
    /// the parameter that the next page begins after.
    pub fn page<T>(self, mut found: Vec<T>, limit: usize, parameter: &'static str, of: impl Fn(&T) -> String) -> Listed<T> {
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more).map(|last| {
            let mut query = self.same;
            query.push(("limit", limit.to_string()));
            query.push((parameter, of(last)));
            format!("{}?{}", self.path, serde_urlencoded::to_string(query).unwrap_or_default())
        });
        Listed { items: found, next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_named_only_where_there_is_one() {
        let page = |found: &[i32]| {
            Next { path: "/api/v1/x", same: vec![("app", "a b".to_owned())] }.page(found.to_vec(), 2, "after", i32::to_string)
        };
        let full = page(&[1, 2, 3]);
        assert_eq!((full.items, full.next.as_deref()), (vec![1, 2], Some("/api/v1/x?app=a+b&limit=2&after=2")));
        assert_eq!(page(&[1, 2]).next, None);
        assert_eq!(page(&[]).next, None);
    }
}
