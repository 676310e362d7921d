// What the program tells about itself in numbers, as Prometheus reads it. A family has a name, a
// help text and labels; its handles are made once and kept by those who count: what they do then is
// a few atomic additions.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace adapters::metrics {

// Names in base units, counters with `_total`.
struct Family {
    char const* name;
    char const* help;
};

using Labels = std::vector<std::pair<std::string, std::string>>;
using Seconds = std::chrono::duration<double>;

// From 100 microseconds to a minute, and from 10 milliseconds to a day.
std::vector<double> const& short_times();
std::vector<double> const& long_times();

// Handles: small, copied, valid as long as the registry; from any thread.
class Counter {
public:
    explicit Counter(prometheus::Counter& counter) : counter_{&counter} {}

    void add(std::int64_t by = 1) const;
    void add(Seconds by) const;

    // To what somebody else has counted, if that is more.
    void raise_to(std::int64_t total) const;
    void raise_to(Seconds total) const;

private:
    prometheus::Counter* counter_;
};

class Gauge {
public:
    explicit Gauge(prometheus::Gauge& gauge) : gauge_{&gauge} {}

    void set(std::int64_t value) const;
    void set(Seconds value) const;

private:
    prometheus::Gauge* gauge_;
};

class Histogram {
public:
    explicit Histogram(prometheus::Histogram& histogram) : histogram_{&histogram} {}

    void observe(Seconds time) const;

private:
    prometheus::Histogram* histogram_;
};

class Registry {
public:
    Registry();
    Registry(Registry const&) = delete;
    Registry& operator=(Registry const&) = delete;
    ~Registry();

    // The same family and labels give the same handle. They look up by text: not for hot paths.
    Counter counter(Family const& family, Labels const& labels = {});
    Gauge gauge(Family const& family, Labels const& labels = {});
    Histogram histogram(Family const& family, std::vector<double> const& bounds,
                        Labels const& labels = {});

    // All of it in the text format, version 0.0.4.
    [[nodiscard]] std::string text() const;

private:
    struct Inside;

    std::unique_ptr<Inside> inside_;
};

}  // namespace adapters::metrics
