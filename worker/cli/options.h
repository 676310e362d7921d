// What a verb takes on its command line. The argument parser behind it is a library that only
// options.cpp and verbs.cpp know; this also keeps what completion needs.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace worker::cli {

struct Argument {
    std::string name;   // "USER", "--limit"
    std::string value;  // what follows the option: "N"; empty: a flag, or positional
    std::string help;   // with its default
};

class Options {
public:
    explicit Options(CLI::App& app);

    // Positional arguments, in order.
    void required(std::string const& name, std::string& into, std::string const& help);
    void optional(std::string const& name, std::string& into, std::string const& help);
    void several(std::string const& name, std::vector<std::string>& into, std::string const& help);
    void any(std::string const& name, std::vector<std::string>& into, std::string const& help);

    // `--name VALUE`. `must` makes it required.
    void text(std::string const& name, std::string const& value, std::string& into,
              std::string const& help);
    void must(std::string const& name, std::string const& value, std::string& into,
              std::string const& help);
    void many(std::string const& name, std::string const& value, std::vector<std::string>& into,
              std::string const& help);
    void number(std::string const& name, std::int64_t& into, std::int64_t least, std::int64_t most,
                std::string const& help);
    void flag(std::string const& name, bool& into, std::string const& help);

    // A word after the verb, such as `prices check`; sets `chosen` to its name.
    Options& word(std::string const& name, std::string& chosen, std::string const& purpose);

    // Shown at the end of the help.
    void example(std::string const& lines);

    std::vector<Argument> const& arguments() const { return arguments_; }

    std::deque<Options> const& words() const { return words_; }

    std::string name() const;
    std::string purpose() const;

private:
    CLI::App& app_;
    std::vector<Argument> arguments_;
    std::deque<Options> words_;
};

}  // namespace worker::cli
