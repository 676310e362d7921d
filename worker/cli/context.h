// What the verbs share: settings, price book and store, each loaded when a verb first asks, and the
// global options.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <boost/json/value.hpp>

#include "adapters/store.h"
#include "config/load.h"
#include "pricing/book.h"
#include "wire/json.h"
#include "worker/compose.h"
#include "worker/log.h"
#include "worker/redis_parts.h"

namespace worker::cli {

struct Globals {
    std::string config;  // --config; empty: look for one
    bool json = false;
};

class Context {
public:
    explicit Context(Globals const& globals) : globals_(globals) {}

    Context(Context const&) = delete;
    Context& operator=(Context const&) = delete;
    // Gives Redis a moment to hear the last of it.
    ~Context();

    bool json() const { return globals_.json; }

    // The file the settings come from; empty: only defaults and the environment.
    std::string config_file() const;

    // Both throw Stop, with every mistake named on standard error.
    config::Settings const& settings();
    pricing::Book const& book();

    // With Redis configured it is told what becomes of jobs.
    adapters::Store& store(Opening opening);

    // Prints one JSON document and a line end.
    static void print(boost::json::value const& value);

    // Says no: one line on standard error and, with --json, the problem on standard output.
    int refuse(wire::Refusal const& refusal, int code) const;

private:
    Globals const& globals_;
    std::optional<config::Settings> settings_;
    std::optional<pricing::Book> book_;
    std::unique_ptr<Log> silence_;  // whether Redis is there is not what a verb is asked
    std::optional<RedisParts> redis_;
    std::unique_ptr<adapters::Store> store_;
};

}  // namespace worker::cli
