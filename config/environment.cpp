// TALLYMAN_WORKER_SLOTS is worker.slots: the names of variables are made from the same tables that
// the file is read by, and from the names of the services and providers in it.
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "config/keys.h"

namespace config {

namespace {

struct Target {
    std::vector<std::string> path;
    bool tree = false;
    bool ambiguous = false;  // two keys have this variable
};

using Targets = std::map<std::string, Target, std::less<>>;

std::string variable_of(std::vector<std::string> const& path) {
    std::string name = "TALLYMAN";
    for (auto const& part : path) {
        name += '_';
        for (char const c : part) {
            bool const small = c >= 'a' && c <= 'z';
            name += small ? static_cast<char>(c - 'a' + 'A') : c == '-' || c == '.' ? '_' : c;
        }
    }
    return name;
}

void add(Targets& targets, std::vector<std::string> const& path, bool tree) {
    auto const [at, is_new] = targets.try_emplace(variable_of(path), Target{path, tree});
    at->second.ambiguous = at->second.path != path;
}

template <typename T>
void add_keys(Targets& targets, std::vector<std::string> const& prefix,
              std::vector<Key<T>> const& keys) {
    for (auto const& key : keys) {
        auto path = prefix;
        path.emplace_back(key.name);
        if (key.section.empty()) {
            add(targets, path, key.form == Key<T>::Form::tree);
        } else {
            add_keys(targets, path, key.section);
        }
    }
}

std::vector<std::string> keys_in(Node const& tree, std::string_view section) {
    auto const* found = tree.find(section);
    return found ? found->keys : std::vector<std::string>{};
}

Targets targets_for(Node const& tree) {
    Targets targets;
    add_keys(targets, {}, settings_keys());
    add_keys(targets, {"services", "defaults"}, service_keys());
    for (auto const& name : keys_in(tree, "services")) {
        add_keys(targets, {"services", name}, service_keys());
    }
    for (auto const& name : keys_in(tree, "providers")) {
        auto const* kind = tree.find("providers")->items.empty()
                               ? nullptr
                               : tree.find("providers")->find(name)->find("kind");
        if (kind != nullptr && kind->text == "command") {
            add_keys(targets, {"providers", name}, command_keys());
        } else if (kind != nullptr && kind->text == "http") {
            add_keys(targets, {"providers", name}, http_provider_keys());
        } else {
            add_keys(targets, {"providers", name}, simulated_keys());
        }
    }
    return targets;
}

void mark(Node& node, std::string const& variable) {
    node.variable = variable;
    node.line = 0;
}

// The value of a variable as a node; nullopt after a complaint.
std::optional<Node> node_of(std::string const& variable, std::string const& text, bool tree,
                            std::vector<Problem>& problems) {
    Node node{.kind = Node::Kind::text, .text = text, .variable = variable};
    if (bad_byte(text)) {
        problems.push_back({"environment", 0, variable, "not UTF-8 text"});
        return std::nullopt;
    }
    if (tree) {
        std::vector<Problem> found;
        auto parsed = parse_tree(text, "environment", found);
        for (auto const& problem : found) {
            auto const key = variable + (problem.key.empty() ? "" : "." + problem.key);
            problems.push_back({"environment", 0, key, problem.what});
        }
        if (!parsed) {
            return std::nullopt;
        }
        node = std::move(*parsed);
        mark(node, variable);
    }
    return node;
}

void erase_from_file(Node& map, std::string_view key) {
    auto const found = std::ranges::find(map.keys, key);
    auto const at = found - map.keys.begin();
    if (found != map.keys.end() && map.items[static_cast<std::size_t>(at)].variable.empty()) {
        map.items.erase(map.items.begin() + at);
        map.keys.erase(found);
    }
}

// A secret comes as `key` or from the file in `key_file`; a variable for one of them makes what the
// file says of the other void.
void erase_twin(Node& map, std::string const& key) {
    constexpr std::string_view ending = "_file";
    erase_from_file(map, key + std::string{ending});
    if (key.ends_with(ending)) {
        erase_from_file(map, std::string_view{key}.substr(0, key.size() - ending.size()));
    }
}

void put(Node& root, std::vector<std::string> const& path, Node value) {
    auto* map = &root;
    for (auto const& key : path) {
        if (map->kind == Node::Kind::nothing) {
            map->kind = Node::Kind::map;
        }
        if (map->kind != Node::Kind::map) {
            return;  // the file is wrong there, and is told so
        }
        if (&key == &path.back()) {
            erase_twin(*map, key);
        }
        if (map->find(key) == nullptr) {
            map->keys.push_back(key);
            map->items.push_back({.line = map->line});
        }
        map = map->find(key);
    }
    *map = std::move(value);
}

std::string nearest_variable(std::string const& name, Targets const& targets) {
    std::vector<std::string_view> known;
    for (auto const& [variable, target] : targets) {
        known.push_back(variable);
    }
    return std::string{nearest(name, known)};
}

}  // namespace

void lay_over(Node& tree, Environment const& environment, std::vector<Problem>& problems) {
    auto const targets = targets_for(tree);
    for (auto const& [variable, text] : environment) {
        if (variable == "TALLYMAN_CONFIG") {
            continue;  // the command line's
        }
        auto const found = targets.find(variable);
        if (found == targets.end()) {
            problems.push_back({"environment", 0, variable,
                                fmt::format("unknown variable; did you mean `{}`?",
                                            nearest_variable(variable, targets))});
        } else if (found->second.ambiguous) {
            problems.push_back({"environment", 0, variable, "two keys have this name"});
        } else if (auto node = node_of(variable, text, found->second.tree, problems)) {
            put(tree, found->second.path, std::move(*node));
        }
    }
}

}  // namespace config
