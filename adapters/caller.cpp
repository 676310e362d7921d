#include "adapters/caller.h"

#include <algorithm>
#include <array>
#include <utility>

namespace adapters {

namespace {

constexpr std::array<std::pair<Scope, std::string_view>, 5> words{{{Scope::jobs, "jobs"},
                                                                   {Scope::credits, "credits"},
                                                                   {Scope::sync, "sync"},
                                                                   {Scope::read, "read"},
                                                                   {Scope::admin, "admin"}}};

}  // namespace

std::string_view to_text(Scope scope) {
    auto const* const found =
        std::ranges::find(words, scope, &std::pair<Scope, std::string_view>::first);
    return found == words.end() ? std::string_view{} : found->second;
}

std::optional<Scope> parse_scope(std::string_view text) {
    auto const* const found =
        std::ranges::find(words, text, &std::pair<Scope, std::string_view>::second);
    return found == words.end() ? std::nullopt : std::optional{found->first};
}

std::string to_text(std::vector<Scope> const& scopes) {
    std::string line;
    for (auto const scope : scopes) {
        line += line.empty() ? "" : " ";
        line += to_text(scope);
    }
    return line;
}

std::vector<Scope> parse_scopes(std::string_view line) {
    std::vector<Scope> scopes;
    while (!line.empty()) {
        auto const word = line.substr(0, line.find(' '));
        if (auto const scope = parse_scope(word)) {
            scopes.push_back(*scope);
        }
        line.remove_prefix(std::min(line.size(), word.size() + 1));
    }
    return scopes;
}

// A user has no scopes: whose account and jobs it may see goes by its name.
bool Caller::may(Scope scope) const {
    return !is_user() && (std::ranges::find(scopes, scope) != scopes.end() ||
                          std::ranges::find(scopes, Scope::admin) != scopes.end());
}

}  // namespace adapters
