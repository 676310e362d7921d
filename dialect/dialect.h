// How a provider is spoken to, as plain values: what its YAML file says (config/dialect.cpp reads
// it) and what adapters/providers/http acts on. docs/providers.md tells the meaning of each.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "dialect/names.h"

namespace dialect {

using Pointers = std::vector<Pointer>;  // the first that leads to something

// A place in an answer: a header field or a pointer into the body.
struct Place {
    std::string header;
    Pointer pointer;
};

using Places = std::vector<Place>;

enum class Test : std::uint8_t { is, is_not, in, exists, prefix, contains };

// Of an answer, or of the input and variables (`name`). Compares texts: 0 and "0" are equal.
struct Predicate {
    Pointers at;
    std::optional<Name> name;  // instead of `at`
    bool of_status = false;    // or that of HTTP
    Test test = Test::is;
    std::vector<Template> values;
    bool wanted = true;  // of `exists`
};

using Predicates = std::vector<Predicate>;  // all of them must hold

enum class Cast : std::uint8_t { as_is, text, integer, number, boolean, list, json };

// JSON with insertions.
struct Tree {
    enum class Kind : std::uint8_t { literal, text, insert, choice, list, object };

    Kind kind = Kind::literal;
    std::string literal = "null";         // JSON
    Template text;                        // text
    Name name;                            // insert, from here on
    std::vector<Name> others;             // where it has no value; the first that has one
    std::optional<std::string> fallback;  // JSON
    Cast cast = Cast::as_is;
    std::vector<std::pair<std::string, std::string>> map;  // from its text to JSON
    bool required = false;
    Predicates when;                // choice: then the first of `items`, else the second
    std::vector<std::string> keys;  // object
    std::vector<Tree> items;        // list, object, choice
};

struct Part {  // of a multipart body
    std::string name;
    Tree value;
    bool is_file = false;  // `value` names it: a URL, or a path below media.input_dir
    Template filename;
    Template type;
};

enum class Body : std::uint8_t { none, json, form, multipart };

using Headers = std::vector<std::pair<std::string, Template>>;

struct Request {
    std::string method = "GET";
    Template url;
    Headers headers;
    Body body = Body::none;
    Tree json;  // form: an object
    std::vector<Part> parts;
    std::optional<base::Millis> timeout;
    std::optional<base::Millis> connect_timeout;
    Predicates success;
};

enum class AuthKind : std::uint8_t { none, bearer, header, query, raw, jwt_hs256 };

struct Auth {
    AuthKind kind = AuthKind::none;
    std::string name;    // header, query: its name; raw: Authorization
    std::string prefix;  // raw, header: before the key
    Template key;        // what is sent; jwt_hs256: what it is signed with
    Template issuer;     // jwt_hs256
    base::Millis ttl{1'800'000};
    base::Millis skew{5'000};
};

enum class StreamKind : std::uint8_t { none, chat, audio };

struct Stream {
    StreamKind kind = StreamKind::none;
    Pointers delta;           // of an event: the next piece
    Pointer into;             // chat: where the whole stands in the answer that is put together
    Pointers finish;          // of the whole: set where it came to its end without `data: [DONE]`
    bool hex = false;         // audio: in hex instead of base64
    bool cumulative = false;  // chat: each event has all of the text so far
};

enum class KeyWhere : std::uint8_t { none, body, header };

struct ClientKey {
    KeyWhere where = KeyWhere::none;
    Pointer at;        // body
    std::string name;  // header
    Template format;
};

enum class Idempotency : std::uint8_t { none, unique, honoured };

enum class As : std::uint8_t { job, moment, provider, content, unknown, taken };

enum class During : std::uint8_t { any, submit, poll, task };

struct ErrorRule {
    std::vector<std::pair<int, int>> status;  // from, to
    std::vector<std::string> codes;           // of the places of `error.code`
    Predicates tests;
    During during = During::any;
    As as = As::unknown;
};

// `{{page}}` of a request counts them, one by one.
struct Pages {
    int from = 1;
    int at_most = 20;  // that are read; a list that goes on proves nothing
};

struct Lookup {
    Request request;
    Pointers found;  // the task's name
    Pointer list;    // or: of the items here the first that matches …
    bool in_list = false;
    Predicates match;
    Pointers id;                 // … and its name
    Predicates absent;           // proves that there is none, here and on later pages
    std::optional<Pages> pages;  // of a list: an empty one is its end
    Pointers begun_at;           // of an item, where the newest comes first: what is older ends it
    base::Millis grace{60'000};
};

enum class State : std::uint8_t { running, completed, failed, cancelled, lost };

struct Poll {
    Request request;
    base::Millis first{5'000};
    base::Millis every{5'000};
    base::Millis most{30'000};
    int per_second = 0;  // 0: no limit
    Pointers status;
    std::map<std::string, State> words;  // in small letters
    Pointers progress;
    Places wait;  // the provider's own wish for the next poll, in milliseconds
    base::Millis retention{};
};

enum class From : std::uint8_t { url, bytes, stream, base64, hex, text };

struct Thing {  // that was made
    std::string role;
    From from = From::url;
    std::optional<Template> location;  // url: where it is, if no answer says so
    Pointers at;
    Pointer each;  // of every item of the list here
    bool in_list = false;
    Template type;
    bool with_auth = false;  // fetching it takes the headers of a request
    bool optional = false;
};

enum class LengthUnit : std::uint8_t { ms, s };

struct Field {
    std::string name;
    Pointers at;
    std::optional<Template> value;  // instead
};

struct Price {  // in the answer
    Places at;
    std::string currency;
    std::string per = "1";  // decimal: what one unit of it costs
};

struct Finish {
    Pointers at;
    std::vector<std::string> truncated;
    std::vector<std::string> moderated;
};

struct Result {
    std::optional<Request> request;
    std::vector<Thing> made;
    std::vector<Field> fields;
    Pointers duration;
    LengthUnit duration_unit = LengthUnit::ms;
    Pointers usage;
    Price cost;
    Finish finish;
};

struct Cancel {
    Request request;
    std::vector<std::string> only_when;  // words, in small letters
};

enum class OnDoubt : std::uint8_t { by_idempotency, park, resubmit, resubmit_once, refund };

struct Variable {
    std::string name;
    std::optional<std::string> value;  // none: the settings must give it
};

struct Dialect {
    std::string name;
    std::string about;
    std::vector<Variable> vars;
    std::vector<std::pair<std::string, Tree>> let;  // each knows those before it
    Auth auth;
    Headers headers;
    std::optional<Request> prepare;
    Request submit;
    Stream stream;
    Pointers task;  // none: the answer is the result
    ClientKey client_key;
    Idempotency idempotency = Idempotency::none;
    std::optional<Lookup> lookup;
    std::optional<Poll> poll;
    Result result;
    std::optional<Cancel> cancel;
    std::vector<ErrorRule> errors;
    Places error_code;
    Places error_message;
    Places request_id;
    Places retry_after;
    Pointer hint;  // where the body says whom to call back
    OnDoubt on_doubt = OnDoubt::by_idempotency;
};

}  // namespace dialect
