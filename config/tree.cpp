// Builds the tree from what the YAML parser reports, and stops it when a file goes too far.
#include "config/tree.h"

#include <algorithm>
#include <map>
#include <sstream>
#include <utility>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

namespace config {

namespace {

// Far beyond any honest file, and small enough that reading one takes no noticeable time.
constexpr std::size_t most_nodes = 50'000;
constexpr std::size_t most_bytes = 4 << 20;  // of text, with aliases written out
constexpr std::size_t most_depth = 32;

// Ends the parsing of a file that goes beyond the bounds.
struct Abandoned {
    int line;
    std::string what;
};

// Builds the tree from the parser's events. The library's own tree is not used because it keeps
// the last of two equal keys without a word, and shares aliased nodes.
class Builder : public YAML::EventHandler {
public:
    Builder(std::string const& file, std::vector<Problem>& problems)
        : file_{file}, problems_{problems} {}

    Node take() { return std::move(root_); }

    void OnDocumentStart(YAML::Mark const&) override {}

    void OnDocumentEnd() override {}

    void OnNull(YAML::Mark const& mark, YAML::anchor_t anchor) override {
        add_new({.line = mark.line + 1}, anchor);
    }

    void OnScalar(YAML::Mark const& mark, std::string const& tag, YAML::anchor_t anchor,
                  std::string const& value) override {
        add_new(
            {.kind = Node::Kind::text, .line = mark.line + 1, .text = value, .quoted = tag == "!"},
            anchor);
    }

    void OnAlias(YAML::Mark const& mark, YAML::anchor_t anchor) override {
        auto const found = anchored_.find(anchor);
        if (found == anchored_.end()) {
            throw Abandoned{mark.line + 1, "an alias inside of what it stands for"};
        }
        count(found->second, mark.line + 1, open_.size());
        auto copy = found->second;
        copy.line = mark.line + 1;
        place(std::move(copy));
    }

    void OnSequenceStart(YAML::Mark const& mark, std::string const&, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        open({.kind = Node::Kind::list, .line = mark.line + 1}, anchor);
    }

    void OnMapStart(YAML::Mark const& mark, std::string const&, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        open({.kind = Node::Kind::map, .line = mark.line + 1}, anchor);
    }

    void OnSequenceEnd() override { close(); }

    void OnMapEnd() override { close(); }

private:
    struct Open {
        Node node;
        YAML::anchor_t anchor = 0;
        std::optional<Node> key;           // map: the key whose value comes next
        std::map<std::string, int> lines;  // map: of each key so far
    };

    void open(Node node, YAML::anchor_t anchor) {
        count(node, node.line, open_.size() + 1);
        open_.push_back({.node = std::move(node), .anchor = anchor});
    }

    void close() {
        auto top = std::move(open_.back());
        open_.pop_back();
        remember(top.node, top.anchor);
        place(std::move(top.node));
    }

    void add_new(Node node, YAML::anchor_t anchor) {
        count(node, node.line, open_.size());
        remember(node, anchor);
        place(std::move(node));
    }

    void remember(Node const& node, YAML::anchor_t anchor) {
        if (anchor != 0) {
            count(node, node.line, open_.size());
            anchored_[anchor] = node;
        }
    }

    void place(Node node) {
        if (open_.empty()) {
            root_ = std::move(node);
        } else if (open_.back().node.kind == Node::Kind::list) {
            open_.back().node.items.push_back(std::move(node));
        } else if (!open_.back().key) {
            open_.back().key = std::move(node);
        } else {
            place_in_map(open_.back(), std::move(node));
        }
    }

    void place_in_map(Open& map, Node value) {
        auto const key = *std::exchange(map.key, std::nullopt);
        value.line = key.line;
        if (key.kind != Node::Kind::text) {
            add_problem(key.line, path_of({}), "expected a name as the key, got something else");
            return;
        }
        auto const [first, is_new] = map.lines.emplace(key.text, key.line);
        if (!is_new) {
            add_problem(key.line, path_of(key.text),
                        fmt::format("given twice; the first is in line {}", first->second));
            return;
        }
        map.node.keys.push_back(key.text);
        map.node.items.push_back(std::move(value));
    }

    // Every value counts once as it comes, and again for each alias or anchor that copies it.
    void count(Node const& node, int line, std::size_t depth) {
        bytes_ += node.text.size();
        if (++nodes_ > most_nodes || bytes_ > most_bytes) {
            throw Abandoned{line, "too many values, or too many aliases of large ones"};
        }
        if (depth > most_depth) {
            throw Abandoned{line, fmt::format("nested deeper than {} levels", most_depth)};
        }
        for (auto const& item : node.items) {
            count(item, line, depth + 1);
        }
    }

    std::string path_of(std::string_view last) const {
        std::string path;
        for (auto const& level : open_) {
            if (level.node.kind == Node::Kind::list) {
                path += fmt::format("[{}]", level.node.items.size());
            } else if (level.key && level.key->kind == Node::Kind::text) {
                path += (path.empty() ? "" : ".") + level.key->text;
            }
        }
        return last.empty() ? path : path + (path.empty() ? "" : ".") + std::string{last};
    }

    void add_problem(int line, std::string path, std::string what) {
        problems_.push_back({file_, line, std::move(path), std::move(what)});
    }

    std::string const& file_;
    std::vector<Problem>& problems_;
    Node root_{.kind = Node::Kind::map, .line = 1};
    std::vector<Open> open_;
    std::map<YAML::anchor_t, Node> anchored_;
    std::size_t nodes_ = 0;
    std::size_t bytes_ = 0;
};

// The parser's message for a tab is about what it looked for when it met the tab.
bool tab_in_indentation(std::string_view yaml, int line) {
    for (int at = 1; at < line; ++at) {
        auto const end = yaml.find('\n');
        if (end == std::string_view::npos) {
            return false;
        }
        yaml.remove_prefix(end + 1);
    }
    auto const first = yaml.find_first_not_of(' ');
    return first != std::string_view::npos && yaml[first] == '\t';
}

// The parser would guess at other encodings.
std::optional<Abandoned> refusal(std::string_view yaml) {
    if (yaml.size() > most_text) {
        return Abandoned{0, "larger than 1 MiB"};
    }
    if (auto const bad = bad_byte(yaml)) {
        auto const line = 1 + std::ranges::count(yaml.substr(0, *bad), '\n');
        return Abandoned{static_cast<int>(line), "not UTF-8 text"};
    }
    return std::nullopt;
}

void parse(std::string_view yaml, Builder& builder) {
    std::istringstream stream{std::string{yaml}};
    YAML::Parser parser{stream};
    if (parser.HandleNextDocument(builder) && parser.HandleNextDocument(builder)) {
        throw Abandoned{0, "more than one YAML document, expected one"};
    }
}

}  // namespace

Node const* Node::find(std::string_view key) const {
    auto const found = std::ranges::find(keys, key);
    return found == keys.end() ? nullptr : &items[static_cast<std::size_t>(found - keys.begin())];
}

Node* Node::find(std::string_view key) {
    return const_cast<Node*>(std::as_const(*this).find(key));
}

std::optional<Node> parse_tree(std::string_view yaml, std::string const& file,
                               std::vector<Problem>& problems) {
    if (auto refused = refusal(yaml)) {
        problems.push_back({file, refused->line, "", std::move(refused->what)});
        return std::nullopt;
    }
    Builder builder{file, problems};
    try {
        parse(yaml, builder);
        return builder.take();
    } catch (Abandoned const& abandoned) {
        problems.push_back({file, abandoned.line, "", abandoned.what});
    } catch (YAML::Exception const& error) {
        auto const line = std::max(error.mark.line + 1, 0);
        auto const what = tab_in_indentation(yaml, line)
                              ? "a tab in the indentation, expected spaces"
                              : "not valid YAML: " + error.msg;
        problems.push_back({file, line, "", what});
    }
    return std::nullopt;
}

}  // namespace config
