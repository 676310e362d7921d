// The requests of dialects: method, URL, headers, bodies.
#include <algorithm>

#include "base/text.h"
#include "config/dialect_parts.h"

namespace config {

namespace {

using dialect::Body;
using std::chrono::hours;
using std::chrono::milliseconds;

bool is_header_name(std::string_view text) {
    constexpr std::size_t longest = 64;
    return text.size() <= longest && base::is_token(text);
}

std::string small(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

struct PartDraft {
    dialect::Part& part;
    Frame const& frame;
};

std::vector<Key<PartDraft>> const part_keys = {
    {"name", [](Value const& v, PartDraft& d) { read_text(v, d.part.name); }},
    {"value", [](Value const& v, PartDraft& d) { read_tree(v, d.part.value, d.frame); }},
    {"file",
     [](Value const& v, PartDraft& d) {
         d.part.is_file = true;
         read_tree(v, d.part.value, d.frame);
     }},
    {"filename", [](Value const& v, PartDraft& d) { read_template(v, d.part.filename, d.frame); }},
    {"type", [](Value const& v, PartDraft& d) { read_template(v, d.part.type, d.frame); }},
};

std::vector<Key<RequestDraft>> const lone_request_keys = request_keys<RequestDraft>();

}  // namespace

void read_header_name(Value const& value, std::string& into) {
    auto const& node = value.node();
    if (node.kind != Node::Kind::text || !is_header_name(node.text)) {
        value.expected("the name of a header");
        return;
    }
    into = node.text;
}

void read_headers(Value const& value, dialect::Headers& into, Frame const& frame) {
    constexpr std::string_view ours[] = {"host", "content-length", "connection",
                                         "transfer-encoding"};
    into.clear();
    for_each_key(value, [&](std::string const& name, Value const& text) {
        if (!is_header_name(name)) {
            text.mistake("not the name of a header");
        } else if (is_among(ours, small(name))) {
            text.mistake("this header is made by the program itself");
        }
        read_template(text, into.emplace_back(name, dialect::Template{}).second, frame);
    });
}

void read_method(Value const& value, dialect::Request& request) {
    constexpr std::string_view known[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};
    auto const& node = value.node();
    if (node.kind != Node::Kind::text || !is_among(known, node.text)) {
        value.expected("GET, POST, PUT, PATCH or DELETE");
        return;
    }
    request.method = node.text;
}

void read_url(Value const& value, RequestDraft draft) {
    auto& url = draft.request.url;
    read_template(value, url, draft.frame);
    auto const& text = url.written;
    if (text.empty() && !value.node().text.empty()) {
        return;  // it could not be read, which is said already
    }
    if (!text.starts_with("{{") && !text.starts_with("https://") && !text.starts_with("http://")) {
        value.expected("a URL that begins with {{base_url}} or https://");
    }
}

void read_body(Value const& value, dialect::Request& request) {
    read_word<Body>(value, request.body,
                    {{"none", Body::none},
                     {"json", Body::json},
                     {"form", Body::form},
                     {"multipart", Body::multipart}});
}

void read_json(Value const& value, RequestDraft draft) {
    read_tree(value, draft.request.json, draft.frame);
}

void read_form(Value const& value, RequestDraft draft) {
    if (value.node().kind != Node::Kind::map) {
        value.expected("a map of fields and values");
        return;
    }
    read_tree(value, draft.request.json, draft.frame);
}

void read_parts(Value const& value, std::vector<dialect::Part>& into, Frame const& frame) {
    into.clear();
    for_each_item(value, [&](Value const& item) {
        PartDraft draft{into.emplace_back(), frame};
        read_keys<PartDraft>(item, part_keys, draft);
        if (!item.has("name")) {
            item.at("name").mistake("missing; expected the name of the field");
        }
        if (item.has("value") == item.has("file")) {
            item.mistake("expected a `value` or a `file`");
        }
    });
}

void read_timeout(Value const& value, std::optional<base::Millis>& into) {
    base::Millis read{};
    read_duration(value, read, milliseconds{100}, hours{2});
    into = read;
}

void finish_request(Value const& value, dialect::Request& request) {
    if (value.node().kind != Node::Kind::map) {
        return;
    }
    if (!value.has("url")) {
        value.at("url").mistake("missing; expected a URL");
    }
    constexpr std::pair<std::string_view, Body> bodies[] = {
        {"json", Body::json}, {"form", Body::form}, {"parts", Body::multipart}};
    for (auto const& [key, body] : bodies) {
        if (value.has(key) && value.has("body") && request.body != body) {
            value.at(key).mistake("not the body that `body` says");
        } else if (value.has(key) && request.body != Body::none && request.body != body) {
            value.at(key).mistake("a request has one body");
        } else if (value.has(key)) {
            request.body = body;
        } else if (value.has("body") && request.body == body) {
            value.at(key).mistake("missing; `body` says there is one");
        }
    }
    if (!value.has("method") && request.body != Body::none) {
        request.method = "POST";
    }
    if (request.method == "GET" && request.body != Body::none) {
        value.at("method").mistake("a GET has no body");
    }
}

void read_request(Value const& value, dialect::Request& into, Frame const& frame) {
    RequestDraft draft{into, frame};
    read_keys<RequestDraft>(value, lone_request_keys, draft);
    finish_request(value, into);
}

}  // namespace config
