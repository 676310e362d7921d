// Plays seeds: `simulation --seeds 10000`, or one of them again: `simulation --seed 4711`. What
// fails is made as short as it gets and told from beginning to end.
#include <algorithm>
#include <chrono>
#include <functional>
#include <iostream>
#include <optional>

#include <sys/wait.h>
#include <unistd.h>

#include "tests/simulation/world.h"

namespace simulation {

namespace {

struct Options {
    std::string program;
    std::uint64_t first = 1;
    std::uint64_t count = 10'000;
    int steps = 70;
    bool tell = false;
    bool here = false;  // in this process; a CHECK that fails ends it
};

// What is wrong; none: nothing. The history goes to `told`.
std::optional<std::string> play(std::uint64_t seed, std::vector<Step> const& steps,
                                std::vector<std::string>& told) {
    World world{seed};
    std::optional<std::string> wrong;
    try {
        for (auto const& step : steps) {
            world.take(step);
        }
        world.settle_down();
    } catch (std::exception const& error) {
        wrong = error.what();
    }
    told = std::move(world.told);
    return wrong;
}

// In a process of its own, since a CHECK of the product ends the process. What is wrong in its
// first line, the history in the others.
std::optional<std::string> play_apart(std::uint64_t seed, std::vector<Step> const& steps) {
    int pipe_ends[2];
    if (pipe(pipe_ends) != 0) {
        return "no pipe";
    }
    auto const child = fork();
    if (child == 0) {
        dup2(pipe_ends[1], 2);
        std::vector<std::string> told;
        auto const wrong = play(seed, steps, told);
        std::string text = wrong ? *wrong + "\n" : "";
        for (auto const& line : told) {
            text += "  " + line + "\n";
        }
        if (wrong) {
            static_cast<void>(!write(2, text.data(), text.size()));
        }
        _exit(wrong ? 1 : 0);
    }
    close(pipe_ends[1]);
    std::string text;
    char bytes[4096];
    for (auto got = read(pipe_ends[0], bytes, sizeof bytes); got > 0;
         got = read(pipe_ends[0], bytes, sizeof bytes)) {
        text.append(bytes, static_cast<std::size_t>(got));
    }
    close(pipe_ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    bool const fine = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    return fine ? std::nullopt : std::optional{text};
}

// Leaves out one step after another, from large pieces to single ones, as long as it still fails.
std::vector<Step> shortest(std::uint64_t seed, std::vector<Step> steps) {
    for (std::size_t piece = steps.size() / 2; piece > 0; piece /= 2) {
        for (std::size_t at = 0; at < steps.size();) {
            auto fewer = steps;
            auto const begin = fewer.begin() + static_cast<std::ptrdiff_t>(at);
            auto const size = std::min(piece, steps.size() - at);
            fewer.erase(begin, begin + static_cast<std::ptrdiff_t>(size));
            if (play_apart(seed, fewer)) {
                steps = std::move(fewer);
            } else {
                at += piece;
            }
        }
    }
    return steps;
}

int report(std::uint64_t seed, Options const& options) {
    auto const steps = shortest(seed, steps_of(seed, options.steps));
    auto const text = play_apart(seed, steps).value_or("it fails only now and then");
    std::cout << "seed " << seed << " fails, with " << steps.size() << " of its " << options.steps
              << " steps: " << text << "again: " << options.program << " --seed " << seed
              << " --steps " << options.steps << std::endl;
    return 1;
}

std::optional<Options> options_of(int count, char** words) {
    Options options;
    options.program = words[0];
    for (int i = 1; i < count; ++i) {
        std::string const name = words[i];
        if (name == "--tell" || name == "--here") {
            (name == "--tell" ? options.tell : options.here) = true;
            continue;
        }
        if (i + 1 == count) {
            return std::nullopt;
        }
        auto const value = std::strtoull(words[++i], nullptr, 10);
        if (name == "--seed") {
            options.first = value;
            options.count = 1;
        } else if (name == "--seeds") {
            options.count = value;
        } else if (name == "--first") {
            options.first = value;
        } else if (name == "--steps") {
            options.steps = static_cast<int>(value);
        } else {
            return std::nullopt;
        }
    }
    return options;
}

// The first that fails, where `begins` hears of each beforehand.
std::optional<std::uint64_t> play_all(Options const& options,
                                      std::function<void(std::uint64_t)> const& begins) {
    for (auto seed = options.first; seed < options.first + options.count; ++seed) {
        begins(seed);
        std::vector<std::string> told;
        if (play(seed, steps_of(seed, options.steps), told)) {
            return seed;
        }
        for (auto const& line : told) {
            std::cout << (options.tell ? line + "\n" : "");
        }
    }
    std::cout.flush();
    return std::nullopt;
}

// In a process of its own, which tells the seed that it plays.
std::optional<std::uint64_t> first_failing(Options const& options) {
    if (options.here) {
        return play_all(options, [](std::uint64_t) {});
    }
    int pipe_ends[2];
    if (pipe(pipe_ends) != 0) {
        return options.first;
    }
    auto const child = fork();
    if (child == 0) {
        auto const begins = [&](std::uint64_t seed) {
            static_cast<void>(!write(pipe_ends[1], &seed, sizeof seed));
        };
        _exit(play_all(options, begins) ? 1 : 0);
    }
    close(pipe_ends[1]);
    std::uint64_t seed = options.first;
    for (auto last = seed; read(pipe_ends[0], &last, sizeof last) == sizeof last;) {
        seed = last;
    }
    close(pipe_ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    bool const fine = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    return fine ? std::nullopt : std::optional{seed};
}

int run(int count, char** words) {
    auto const options = options_of(count, words);
    if (!options) {
        std::cerr << "simulation [--seeds N] [--first SEED] [--steps N] | --seed SEED [--tell] "
                     "[--here]\n";
        return 2;
    }
    auto const begun = std::chrono::steady_clock::now();
    if (auto const seed = first_failing(*options)) {
        return report(*seed, *options);
    }
    auto const took = std::chrono::steady_clock::now() - begun;
    std::cout << options->count << " seeds of " << options->steps << " steps: all agree, in "
              << std::chrono::duration_cast<std::chrono::milliseconds>(took).count() << " ms"
              << std::endl;
    return 0;
}

}  // namespace

}  // namespace simulation

int main(int count, char** words) {
    return simulation::run(count, words);
}
