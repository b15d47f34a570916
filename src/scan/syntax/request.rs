//! What the requests of web frameworks hold.

use super::class::path_of;
use super::index::How;
use super::kinds::{CALL, ELEMENT, MEMBER, METHOD, NAME};
use super::tree::Tree;
use tree_sitter::Node;

/// Names of request objects.
const REQUESTS: [&str; 20] = [
    "request",
    "req",
    "Request",
    "flask.request",
    "self.request",
    "this.request",
    "ctx.request",
    "ctx.req",
    "c.req",
    "context.request",
    "event",
    "$request",
    "r",
    "c",
    "ctx",
    "HttpContext.Request",
    "this.Request",
    "reply.request",
    "call",
    "call.request",
];

/// What of a request its sender decides.
pub(super) const PARTS: [&str; 68] = [
    "args",
    "form",
    "values",
    "json",
    "data",
    "files",
    "cookies",
    "headers",
    "GET",
    "POST",
    "FILES",
    "COOKIES",
    "body",
    "query",
    "params",
    "nextUrl",
    "formData",
    "searchParams",
    "url",
    "originalUrl",
    "path",
    "param",
    "query_params",
    "path_params",
    "query_string",
    "queryStringParameters",
    "pathParameters",
    "get_json",
    "get_data",
    "stream",
    "content",
    "FormValue",
    "PostFormValue",
    "PathValue",
    "Form",
    "PostForm",
    "MultipartForm",
    "Header",
    "Body",
    "URL",
    "Cookie",
    "Query",
    "Cookies",
    "Headers",
    "Param",
    "Params",
    "DefaultQuery",
    "GetHeader",
    "QueryParam",
    "QueryString",
    "BindJSON",
    "FormFile",
    "getParameter",
    "getParameterValues",
    "getParameterMap",
    "getHeader",
    "getQueryString",
    "getInputStream",
    "getReader",
    "getCookies",
    "getPathInfo",
    "input",
    "all",
    "parameters",
    "queryParameters",
    "receive",
    "receiveText",
    "receiveParameters",
];

/// Parts that short names (`r`, `c`, `ctx`, `event`) have in common with other things.
pub(super) const LONG_NAMED_ONLY: [&str; 8] = [
    "data", "values", "content", "path", "url", "all", "input", "stream",
];

/// Variables of PHP that hold a request, and what Rails calls it.
const WHOLE: [&str; 9] = [
    "$_GET",
    "$_POST",
    "$_REQUEST",
    "$_COOKIE",
    "$_FILES",
    "$_SERVER",
    "params",
    "cookies",
    "searchParams",
];

/// Marks on parameters and functions that hand parts of a request to a function.
pub(super) const MARKS: [&str; 14] = [
    "@RequestParam",
    "@PathVariable",
    "@RequestBody",
    "@RequestHeader",
    "@CookieValue",
    "@QueryParam",
    "@PathParam",
    "[FromQuery",
    "[FromBody",
    "[FromRoute",
    "[FromForm",
    "[FromHeader",
    "@Query(",
    "@Body(",
];

/// What stands before the parameters of a function of C# that answers requests.
pub(super) const ACTIONS: [&str; 6] = [
    "[Http",
    ".MapGet(",
    ".MapPost(",
    ".MapPut(",
    ".MapPatch(",
    ".MapDelete(",
];

/// Tells whether a node is a part of a request.
pub(super) fn holds<'t>(tree: &Tree<'t>, node: Node<'t>, scope: usize) -> bool {
    let role = tree.kinds.role(node);
    if role & (CALL | METHOD) != 0 {
        let called = tree.called(node);
        return called
            .and_then(|called| tree.called_path(&called))
            .is_some_and(|path| is_part(tree, &path));
    }
    if role & ELEMENT != 0 {
        let object = tree.kinds.part(node, 0);
        return object
            .is_some_and(|object| path_of(tree, object).is_some_and(|path| is_part(tree, &path)));
    }
    if role & (MEMBER | NAME) == 0 {
        return false;
    }
    path_of(tree, node).is_some_and(|path| is_part(tree, &path))
        || role & NAME != 0 && is_handed(tree, node, scope)
}

fn is_part(tree: &Tree<'_>, path: &[String]) -> bool {
    if path
        .first()
        .is_some_and(|first| WHOLE.contains(&first.as_str()))
    {
        // `params` is Ruby's; elsewhere it is anybody's name.
        return path[0].starts_with('$') || tree.grammar == super::grammar::Grammar::Ruby;
    }
    let full = tree.full(path);
    let path = full.as_deref().unwrap_or(path);
    (1..path.len()).any(|at| {
        let object = path[..at].join(".");
        let part = path[at].as_str();
        // Clients of Python call what they send a request as well, and it has an address.
        if matches!(part, "url" | "path") && tree.grammar == super::grammar::Grammar::Python {
            return false;
        }
        let short = object.len() <= 3 || object == "event";
        (REQUESTS.contains(&object.as_str()) || object.ends_with(".request"))
            && PARTS.contains(&part)
            && !(short && object != "req" && LONG_NAMED_ONLY.contains(&part))
    })
}

/// Tells whether a name is a parameter that a framework fills from the request.
fn is_handed<'t>(tree: &Tree<'t>, node: Node<'t>, scope: usize) -> bool {
    tree.definitions(node, scope)
        .iter()
        .filter(|one| one.how == How::Parameter)
        .any(|one| {
            let function = tree.index.scopes[one.scope].1;
            is_marked(tree, function, one.start)
                || is_route(tree, function) && !is_injected(tree, one.start)
                || is_text_of_action(tree, function, one.start)
        })
}

/// Tells whether a mark stands before a parameter, behind the one before it.
fn is_marked(tree: &Tree<'_>, function: Node<'_>, start: usize) -> bool {
    let before = &tree.text[function.start_byte()..start];
    let from = before
        .iter()
        .rposition(|byte| matches!(byte, b',' | b'\n'))
        .or_else(|| before.iter().position(|byte| *byte == b'('))
        .unwrap_or(0);
    let mark = String::from_utf8_lossy(&before[from..]);
    MARKS.iter().any(|known| mark.contains(known))
}

/// Tells whether a parameter of Python gets what another function returns: `db=Depends(get_db)`.
fn is_injected(tree: &Tree<'_>, start: usize) -> bool {
    let behind = &tree.text[start..];
    let end = behind
        .iter()
        .position(|byte| matches!(byte, b',' | b'\n' | b')'))
        .unwrap_or(behind.len());
    let parameter = String::from_utf8_lossy(&behind[..end]);
    INJECTED.iter().any(|mark| parameter.contains(mark))
}

/// What stands at a parameter that is no part of the request.
const INJECTED: [&str; 3] = ["Depends(", "Session", "BackgroundTasks"];

/// Tells whether a parameter is a text that ASP.NET fills, of an action or of a route's lambda.
fn is_text_of_action(tree: &Tree<'_>, function: Node<'_>, start: usize) -> bool {
    if tree.grammar != super::grammar::Grammar::Csharp {
        return false;
    }
    let body = function.child_by_field_name("body");
    if body.is_some_and(|body| start >= body.start_byte()) {
        return false;
    }
    let kind = &tree.text[function.start_byte()..start];
    let kind = String::from_utf8_lossy(kind);
    let own = kind.rsplit([',', '(']).next().unwrap_or_default();
    if !own.contains("string") {
        return false;
    }
    if function.kind() == "method_declaration" {
        return kind.contains(ACTIONS[0]);
    }
    let lambda = function.kind() == "lambda_expression";
    let call = function
        .parent()
        .and_then(|argument| argument.parent())
        .and_then(|list| list.parent())
        .filter(|_| lambda);
    call.is_some_and(|call| {
        let before = &tree.text[call.start_byte()..function.start_byte()];
        let before = String::from_utf8_lossy(before);
        ACTIONS[1..].iter().any(|action| before.contains(action))
    })
}

/// Tells whether a function of Python is a route: its decorator says so.
fn is_route<'t>(tree: &Tree<'t>, function: Node<'t>) -> bool {
    let Some(around) = function
        .parent()
        .filter(|node| node.kind() == "decorated_definition")
    else {
        return false;
    };
    let mut cursor = around.walk();
    around.named_children(&mut cursor).any(|child| {
        if child.kind() != "decorator" {
            return false;
        }
        let text = tree.text(child);
        let name = text.split('(').next().unwrap_or_default();
        let last = name.rsplit('.').next().unwrap_or_default();
        name.contains('.')
            && matches!(
                last,
                "route" | "get" | "post" | "put" | "patch" | "delete" | "websocket" | "api_route"
            )
    })
}
