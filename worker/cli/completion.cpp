// completion bash|zsh|fish: scripts made from what the verbs declare.
#include <fmt/format.h>

#include "worker/cli/context.h"
#include "worker/cli/verbs.h"

namespace worker::cli {

namespace {

using Verbs = std::deque<Options>;

// Single-quoted for any shell, without the characters that completion specs give a meaning.
std::string quoted(std::string const& text) {
    std::string out;
    for (char const c : text) {
        if (c == '\'') {
            out += "`";
        } else if (c == '[' || c == ']' || c == ':') {
            out += ' ';
        } else {
            out += c;
        }
    }
    return out;
}

std::string words_of(Options const& verb) {
    std::string words;
    for (auto const& word : verb.words()) {
        words += word.name() + " ";
    }
    for (auto const& argument : verb.arguments()) {
        words += argument.name.starts_with('-') ? argument.name + " " : "";
    }
    return words + "--help --json --config";
}

void print_bash(Verbs const& verbs) {
    fmt::print(
        "# tallyman: eval \"$(tallyman completion bash)\"\n"
        "_tallyman() {{\n"
        "    local cur=${{COMP_WORDS[COMP_CWORD]}} verb= words= i\n"
        "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
        "        case ${{COMP_WORDS[i]}} in\n"
        "            --config) ((i++)) ;;\n"
        "            -*) ;;\n"
        "            *) verb=${{COMP_WORDS[i]}}; break ;;\n"
        "        esac\n"
        "    done\n"
        "    case $verb in\n");
    std::string names;
    for (auto const& verb : verbs) {
        names += verb.name() + " ";
        fmt::print("        {}) words=\"{}\" ;;\n", verb.name(), words_of(verb));
    }
    fmt::print(
        "        '') words=\"{}--help --json --config --version\" ;;\n"
        "    esac\n"
        "    COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
        "}}\n"
        "complete -o default -F _tallyman tallyman\n",
        names);
}

void print_zsh(Verbs const& verbs) {
    fmt::print(
        "#compdef tallyman\n"
        "_tallyman() {{\n"
        "    local context state line\n"
        "    local -a verbs\n"
        "    verbs=(\n");
    for (auto const& verb : verbs) {
        fmt::print("        '{}:{}'\n", verb.name(), quoted(verb.purpose()));
    }
    fmt::print(
        "    )\n"
        "    _arguments -C '--config[configuration]:file:_files' '--json[JSON for programs]' \\\n"
        "        '1:verb:->verb' '*::argument:->rest'\n"
        "    case $state in\n"
        "        verb) _describe verb verbs ;;\n"
        "        rest)\n"
        "            case $words[1] in\n");
    for (auto const& verb : verbs) {
        fmt::print("                {}) _arguments '--json[JSON for programs]'", verb.name());
        for (auto const& argument : verb.arguments()) {
            if (argument.name.starts_with('-')) {
                fmt::print(" '{}[{}]{}'", argument.name, quoted(argument.help),
                           argument.value.empty() ? "" : ":" + argument.value + ":");
            }
        }
        std::string words;
        for (auto const& word : verb.words()) {
            words += word.name() + " ";
        }
        fmt::print(" '*:argument:{}' ;;\n", words.empty() ? "_files" : "(" + words + ")");
    }
    fmt::print(
        "            esac ;;\n"
        "    esac\n"
        "}}\n"
        "compdef _tallyman tallyman\n");
}

void print_fish(Verbs const& verbs) {
    fmt::print("complete -c tallyman -l config -r -d 'configuration'\n");
    fmt::print("complete -c tallyman -l json -d 'JSON for programs'\n");
    for (auto const& verb : verbs) {
        fmt::print("complete -c tallyman -f -n __fish_use_subcommand -a {} -d '{}'\n", verb.name(),
                   quoted(verb.purpose()));
        auto const in_verb = fmt::format("'__fish_seen_subcommand_from {}'", verb.name());
        for (auto const& word : verb.words()) {
            fmt::print("complete -c tallyman -f -n {} -a {} -d '{}'\n", in_verb, word.name(),
                       quoted(word.purpose()));
        }
        for (auto const& argument : verb.arguments()) {
            if (argument.name.starts_with("--")) {
                fmt::print("complete -c tallyman -n {} -l {} {}-d '{}'\n", in_verb,
                           argument.name.substr(2), argument.value.empty() ? "" : "-r ",
                           quoted(argument.help));
            }
        }
    }
}

class Completion final : public Verb {
public:
    explicit Completion(Verbs const& verbs) : verbs_(verbs) {}

    void declare(Options& options) override {
        options.word("bash", shell_, "For bash");
        options.word("zsh", shell_, "For zsh");
        options.word("fish", shell_, "For fish");
        options.example("  eval \"$(tallyman completion bash)\"");
    }

    int run(Context& /*context*/) override {
        if (shell_.empty()) {
            throw Stop(usage, "completion: which shell? expected bash, zsh or fish");
        }
        if (shell_ == "bash") {
            print_bash(verbs_);
        } else if (shell_ == "zsh") {
            print_zsh(verbs_);
        } else {
            print_fish(verbs_);
        }
        return done;
    }

private:
    Verbs const& verbs_;
    std::string shell_;
};

}  // namespace

std::unique_ptr<Verb> make_completion(Verbs const& verbs) {
    return std::make_unique<Completion>(verbs);
}

}  // namespace worker::cli
