#include "adapters/providers/http/requests.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/base64.h"
#include "base/hmac.h"
#include "base/sha256.h"
#include "base/text.h"

namespace adapters::providers::http {

namespace {

using dialect::AuthKind;
using dialect::Body;
using Problem = std::unexpected<std::string>;

bool fits_header(std::string_view text) {
    return std::ranges::all_of(text, [](char c) {
        return c != '\x7f' && (static_cast<unsigned char>(c) >= ' ' || c == '\t');
    });
}

// Headers of the same name are replaced, so that a request may have its own.
void set_header(WebHeaders& headers, std::string const& name, std::string value) {
    auto const found = std::ranges::find(headers, name, [](auto const& h) { return h.first; });
    if (found != headers.end()) {
        found->second = std::move(value);
    } else {
        headers.emplace_back(name, std::move(value));
    }
}

std::expected<void, std::string> add_headers(dialect::Headers const& templates,
                                             Values const& values, WebHeaders& into) {
    for (auto const& [name, text] : templates) {
        auto value = text.is_lone() && !value_of(text.pieces.front().name, values)
                         ? Text{""}
                         : fill(text, values);
        if (!value) {
            return Problem{fmt::format("header {}: {}", name, value.error())};
        }
        if (!fits_header(*value)) {
            return Problem{fmt::format("header {}: its value has a line end", name)};
        }
        if (!value->empty()) {
            set_header(into, name, std::move(*value));
        }
    }
    return {};
}

std::string token(std::string const& issuer, std::string const& secret, dialect::Auth const& auth,
                  base::Timestamp now) {
    auto const seconds = base::to_ms(now) / 1000;
    auto claims = object_json();
    auto const number = [](std::int64_t value) {
        return Json{
            .kind = Json::Kind::number, .value = fmt::to_string(value), .keys = {}, .items = {}};
    };
    claims.member("iss") = text_json(issuer);
    claims.member("exp") = number(seconds + auth.ttl.count() / 1000);
    claims.member("nbf") = number(seconds - auth.skew.count() / 1000);
    auto const signed_part = base::to_base64url(R"({"alg":"HS256","typ":"JWT"})") + "." +
                             base::to_base64url(to_text(claims));
    auto const hash = base::hmac_sha256(secret, signed_part);
    std::string_view const bytes{reinterpret_cast<char const*>(hash.data()), hash.size()};
    return signed_part + "." + base::to_base64url(bytes);
}

// In a query the proof is part of the URL; here it is headers only.
std::expected<void, std::string> add_proof(Values const& values, base::Timestamp now,
                                           WebHeaders& into) {
    auto const& auth = values.account.dialect.auth;
    if (auth.kind == AuthKind::none || auth.kind == AuthKind::query) {
        return {};
    }
    auto const key = fill(auth.key, values);
    if (!key) {
        return {};  // a server of one's own may want none; others will say so
    }
    if (auth.kind == AuthKind::bearer) {
        set_header(into, "Authorization", "Bearer " + *key);
    } else if (auth.kind == AuthKind::header) {
        set_header(into, auth.name, auth.prefix + *key);
    } else if (auth.kind == AuthKind::raw) {
        set_header(into, auth.name.empty() ? "Authorization" : auth.name, auth.prefix + *key);
    } else {
        auto const issuer = fill(auth.issuer, values);
        if (!issuer) {
            return Problem{issuer.error()};
        }
        set_header(into, "Authorization", "Bearer " + token(*issuer, *key, auth, now));
    }
    return {};
}

Text url_of(dialect::Request const& request, Values const& values) {
    auto url = fill_url(request.url, values);
    auto const& auth = values.account.dialect.auth;
    if (!url || auth.kind != AuthKind::query) {
        return url;
    }
    if (auto const key = fill(auth.key, values)) {
        *url += fmt::format("{}{}={}", url->contains('?') ? '&' : '?', auth.name,
                            base::percent_encoded(*key));
    }
    return url;
}

std::expected<void, std::string> add_json(dialect::Request const& request, Values const& values,
                                          bool is_submit, WebRequest& into) {
    auto body = fill(request.json, values);
    if (!body) {
        return Problem{body.error()};
    }
    auto json = body->value_or(object_json());
    auto const& dialect = values.account.dialect;
    if (is_submit && dialect.client_key.where == dialect::KeyWhere::body) {
        auto key = client_key(values);
        if (!key || !put(json, dialect.client_key.at.steps, text_json(std::move(*key)))) {
            return Problem{std::string{"the body has no place for client_key"}};
        }
    }
    if (is_submit && !dialect.hint.steps.empty() && !values.call.hint_url.empty()) {
        put(json, dialect.hint.steps, text_json(values.call.hint_url));
    }
    into.body = to_text(json);
    set_header(into.headers, "Content-Type", "application/json");
    return {};
}

std::expected<void, std::string> add_form(dialect::Request const& request, Values const& values,
                                          WebRequest& into) {
    auto body = fill(request.json, values);
    if (!body) {
        return Problem{body.error()};
    }
    auto const form = body->value_or(object_json());
    for (std::size_t i = 0; i < form.keys.size(); ++i) {
        into.body += fmt::format("{}{}={}", i == 0 ? "" : "&", base::percent_encoded(form.keys[i]),
                                 base::percent_encoded(plain(form.items[i])));
    }
    set_header(into.headers, "Content-Type", "application/x-www-form-urlencoded");
    return {};
}

// In the head of a part a quote or a line end would begin something else.
std::string in_quotes(std::string_view text) {
    std::string safe;
    for (char const c : text) {
        bool const bad = c == '"' || c == '\\' || static_cast<unsigned char>(c) < ' ';
        safe += bad ? '_' : c;
    }
    return "\"" + safe + "\"";
}

std::string last_part(std::string_view name) {
    name = name.substr(0, name.find_first_of("?#"));
    auto const slash = name.rfind('/');
    name = slash == std::string_view::npos ? name : name.substr(slash + 1);
    return std::string{name.empty() ? "file" : name};
}

struct Section {
    std::string head;
    std::string body;
};

std::expected<std::vector<Section>, std::string> sections_of(dialect::Request const& request,
                                                             Values const& values,
                                                             Files const& files) {
    std::vector<Section> sections;
    for (auto const& part : request.parts) {
        auto const value = fill(part.value, values);
        if (!value) {
            return Problem{fmt::format("part {}: {}", part.name, value.error())};
        }
        if (!*value) {
            continue;
        }
        auto const text = plain(**value);
        auto head = fmt::format("Content-Disposition: form-data; name={}", in_quotes(part.name));
        auto const type = fill(part.type, values);
        if (!part.is_file) {
            sections.push_back({std::move(head) + "\r\n", text});
            continue;
        }
        auto const found = files.find(text);
        if (found == files.end()) {
            return Problem{fmt::format("part {}: its file is not there", part.name)};
        }
        auto const given = fill(part.filename, values);
        head += fmt::format(
            "; filename={}\r\nContent-Type: {}\r\n",
            in_quotes(given && !given->empty() ? *given : last_part(text)),
            type && !type->empty() && fits_header(*type) ? *type : "application/octet-stream");
        sections.push_back({std::move(head), found->second});
    }
    return sections;
}

std::expected<void, std::string> add_parts(dialect::Request const& request, Values const& values,
                                           Files const& files, WebRequest& into) {
    auto const sections = sections_of(request, values, files);
    if (!sections) {
        return Problem{sections.error()};
    }
    // A boundary that follows from what it bounds stands nowhere in it.
    std::string all;
    for (auto const& section : *sections) {
        all += base::hex(base::sha256(section.body));
    }
    auto const boundary = "tallyman-" + base::hex(base::sha256(all)).substr(0, 40);
    for (auto const& section : *sections) {
        into.body += fmt::format("--{}\r\n{}\r\n", boundary, section.head);
        into.body += section.body;
        into.body += "\r\n";
    }
    into.body += fmt::format("--{}--\r\n", boundary);
    set_header(into.headers, "Content-Type", "multipart/form-data; boundary=" + boundary);
    return {};
}

std::expected<void, std::string> add_body(dialect::Request const& request, Values const& values,
                                          Files const& files, bool is_submit, WebRequest& into) {
    switch (request.body) {
        case Body::none:
            return {};
        case Body::json:
            return add_json(request, values, is_submit, into);
        case Body::form:
            return add_form(request, values, into);
        case Body::multipart:
            return add_parts(request, values, files, into);
    }
    return {};
}

}  // namespace

std::expected<std::vector<std::string>, std::string> files_of(dialect::Request const& request,
                                                              Values const& values) {
    std::vector<std::string> names;
    for (auto const& part : request.parts) {
        if (!part.is_file) {
            continue;
        }
        auto const value = fill(part.value, values);
        if (!value) {
            return Problem{fmt::format("part {}: {}", part.name, value.error())};
        }
        if (*value) {
            names.push_back(plain(**value));
        }
    }
    return names;
}

std::expected<WebHeaders, std::string> proof(Values const& values, base::Timestamp now) {
    WebHeaders headers;
    if (auto const added = add_headers(values.account.dialect.headers, values, headers); !added) {
        return Problem{added.error()};
    }
    if (auto const added = add_proof(values, now, headers); !added) {
        return Problem{added.error()};
    }
    return headers;
}

std::expected<WebRequest, std::string> make_request(dialect::Request const& request,
                                                    Values const& values, Files const& files,
                                                    bool is_submit, base::Timestamp now) {
    WebRequest made{.method = request.method, .repeatable = request.method == "GET"};
    auto url = url_of(request, values);
    if (!url) {
        return Problem{"url: " + url.error()};
    }
    made.url = std::move(*url);
    auto headers = proof(values, now);
    if (!headers) {
        return Problem{headers.error()};
    }
    made.headers = std::move(*headers);
    auto const& key = values.account.dialect.client_key;
    if (is_submit && key.where == dialect::KeyWhere::header) {
        auto const text = client_key(values);
        if (!text || !fits_header(*text)) {
            return Problem{std::string{"client_key can't be sent"}};
        }
        set_header(made.headers, key.name, *text);
    }
    if (!values.call.trace.empty()) {
        set_header(made.headers, "traceparent", values.call.trace);
    }
    if (auto const added = add_body(request, values, files, is_submit, made); !added) {
        return Problem{added.error()};
    }
    if (auto const added = add_headers(request.headers, values, made.headers); !added) {
        return Problem{added.error()};
    }
    if (request.connect_timeout) {
        made.connect_timeout = *request.connect_timeout;
    }
    return made;
}

std::string origin_of(std::string_view url) {
    auto const scheme = url.find("://");
    auto const from = scheme == std::string_view::npos ? 0 : scheme + 3;
    return std::string{url.substr(0, url.find_first_of("/?#", from))};
}

}  // namespace adapters::providers::http
