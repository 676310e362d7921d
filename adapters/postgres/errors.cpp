#include "adapters/postgres/errors.h"

#include <regex>

#include <fmt/core.h>

#include "adapters/postgres/open.h"
#include "adapters/store.h"

namespace adapters::postgres {

namespace {

bool lost_a_race(std::string_view state) {
    // Serialization failure, deadlock, and a key that another transaction has just written.
    return state == "40001" || state == "40P01" || state == "23505";
}

bool connection_is_gone(std::string_view state) {
    return state.starts_with("08") || state == "57P01" || state == "57P02" || state == "57P03" ||
           state == "25P03" || state == "57P05";
}

[[noreturn]] void unavailable(std::string const& where, std::string const& what) {
    throw Unavailable{fmt::format("store {}: {}", where, what)};
}

[[noreturn]] void unusable(std::string const& where, std::string const& what) {
    throw Unusable{fmt::format("store {}: {}", where, what)};
}

void refuse_world(std::string_view state, std::string const& why, std::string const& where) {
    if (state == "57014") {
        unavailable(where, "a statement took too long and was stopped; look for locks and load");
    }
    if (state == "55P03") {
        unavailable(where, "another session holds a lock for too long; find out which");
    }
    if (state == "53100") {
        unavailable(where, fmt::format("the server has no room to write ({}); free disk", why));
    }
    if (state.starts_with("53") || state.starts_with("58") || state == "XX000") {
        unavailable(where, fmt::format("the server can't ({})", why));
    }
    if (state == "25006") {
        unavailable(where, "the server is read-only, perhaps a replica; use the primary");
    }
}

}  // namespace

std::string first_line(std::string_view message) {
    for (std::string_view const word : {"ERROR:", "FATAL:", "PANIC:"}) {
        if (auto const at = message.find(word); at != std::string_view::npos) {
            message.remove_prefix(at + word.size());
            break;
        }
    }
    while (!message.empty() && message.front() == ' ') {
        message.remove_prefix(1);
    }
    return std::string{message.substr(0, message.find('\n'))};
}

void refuse(std::string_view sqlstate, std::string const& message, std::string const& where) {
    auto const why = first_line(message);
    if (lost_a_race(sqlstate)) {
        throw Repeat{why};
    }
    if (connection_is_gone(sqlstate)) {
        throw Broken{why};
    }
    if (sqlstate == "23514" && why.find("no partition") != std::string::npos) {
        throw NoRoom{why};
    }
    refuse_world(sqlstate, why, where);
    if (sqlstate == "3F000" || sqlstate == "42P01" || sqlstate == "42883" || sqlstate == "42703") {
        unusable(where, fmt::format("its schema is not what this program knows ({}); run "
                                    "`tallyman migrate`",
                                    why));
    }
    if (sqlstate == "25001") {
        unusable(where,
                 fmt::format("{}; set default_transaction_isolation to 'read committed'", why));
    }
    if (sqlstate == "42501") {
        unusable(where, fmt::format("the role may not do that ({}); make it a member of the "
                                    "schema's `_app` role, or migrate as the owner",
                                    why));
    }
    if (sqlstate.starts_with("28")) {
        unusable(where, fmt::format("refused the login ({}); check user and password", why));
    }
    if (sqlstate == "3D000") {
        unusable(where, fmt::format("no such database ({}); create it first", why));
    }
    unusable(where, fmt::format("refused ({}, {}); run `tallyman audit`", why, sqlstate));
}

}  // namespace adapters::postgres

namespace adapters {

// Of what may hold a secret only what surely does not is shown: a misspelt `password` is one, too.
std::string without_password(std::string const& url) {
    static std::regex const in_uri{"(://[^:/?#@]*):[^?#]*@"};
    static std::regex const in_query{"([?&])(?!host=|port=|dbname=|user=|sslmode=)([^=&]*)=[^&]*"};
    static std::regex const in_words{
        "(^|\\s)(?!(?:host|hostaddr|port|dbname|user|sslmode)\\s*=)(\\w+\\s*=\\s*)"
        "('[^']*'|[^\\s]*)"};
    if (url.find("://") == std::string::npos) {
        return std::regex_replace(url, in_words, "$1$2***");
    }
    auto const shown = std::regex_replace(url, in_uri, "$1@");
    return std::regex_replace(shown, in_query, "$1$2=***");
}

}  // namespace adapters
