// What all sections of a dialect's file are made of: templates, trees, pointers, predicates,
// requests. Every name that is inserted somewhere is checked where it is written.
#pragma once

#include <string>
#include <vector>

#include "config/value.h"
#include "dialect/dialect.h"

namespace config {

// Which names a place may use, beside input, job, key and secret.
struct Frame {
    std::vector<std::string> variables;
    bool client_key = false;
    bool prepared = false;
    bool task = false;
    bool answer = false;
    bool page = false;
};

void check_name(Value const& value, dialect::Name const& name, Frame const& frame);
void read_template(Value const& value, dialect::Template& into, Frame const& frame);
void read_tree(Value const& value, dialect::Tree& into, Frame const& frame);
void read_pointer(Value const& value, dialect::Pointer& into);
void read_pointers(Value const& value, dialect::Pointers& into);  // one or a list
void read_places(Value const& value, dialect::Places& into);      // "header NAME" or a pointer
void read_predicates(Value const& value, dialect::Predicates& into, Frame const& frame);
void read_headers(Value const& value, dialect::Headers& into, Frame const& frame);
void read_header_name(Value const& value, std::string& into);
void read_texts(Value const& value, std::vector<std::string>& into);  // one or a list
void read_parts(Value const& value, std::vector<dialect::Part>& into, Frame const& frame);

// A section that is a request and more: what its table of keys reads into.
struct RequestDraft {
    dialect::Request& request;
    Frame const& frame;
};

void read_method(Value const& value, dialect::Request& request);
void read_url(Value const& value, RequestDraft draft);
void read_body(Value const& value, dialect::Request& request);
void read_json(Value const& value, RequestDraft draft);
void read_form(Value const& value, RequestDraft draft);
void read_timeout(Value const& value, std::optional<base::Millis>& into);

// What only shows when the whole request is read.
void finish_request(Value const& value, dialect::Request& request);

template <typename T>
std::vector<Key<T>> request_keys() {
    return {
        {"method", [](Value const& v, T& t) { read_method(v, t.request); }},
        {"url", [](Value const& v, T& t) { read_url(v, t); }},
        {"headers", [](Value const& v, T& t) { read_headers(v, t.request.headers, t.frame); }},
        {"body", [](Value const& v, T& t) { read_body(v, t.request); }},
        {"json", [](Value const& v, T& t) { read_json(v, t); }},
        {"form", [](Value const& v, T& t) { read_form(v, t); }},
        {"parts", [](Value const& v, T& t) { read_parts(v, t.request.parts, t.frame); }},
        {"timeout", [](Value const& v, T& t) { read_timeout(v, t.request.timeout); }},
        {"connect_timeout",
         [](Value const& v, T& t) { read_timeout(v, t.request.connect_timeout); }},
        {"success", [](Value const& v, T& t) { read_predicates(v, t.request.success, t.frame); }},
    };
}

template <typename T>
std::vector<Key<T>> with_request(std::vector<Key<T>> more) {
    auto keys = request_keys<T>();
    keys.insert(keys.end(), more.begin(), more.end());
    return keys;
}

// A request and nothing else.
void read_request(Value const& value, dialect::Request& into, Frame const& frame);

// Sections, each with its own file.
void read_submit(Value const& value, dialect::Dialect& into, Frame frame);
void read_client_key(Value const& value, dialect::Dialect& into, Frame const& frame);
void read_lookup(Value const& value, dialect::Dialect& into, Frame frame);
void read_poll(Value const& value, dialect::Dialect& into, Frame frame);
void read_cancel(Value const& value, dialect::Dialect& into, Frame frame);
void read_result(Value const& value, dialect::Dialect& into, Frame frame);
void read_errors(Value const& value, dialect::Dialect& into, Frame const& frame);
void check_dialect(Value const& root, dialect::Dialect const& dialect);

}  // namespace config
