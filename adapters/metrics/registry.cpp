// prometheus-cpp behind a door.
#include "adapters/metrics/registry.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace adapters::metrics {

namespace {

prometheus::Labels to_map(Labels const& labels) {
    return {labels.begin(), labels.end()};
}

}  // namespace

struct Registry::Inside {
    prometheus::Registry registry;
};

std::vector<double> const& short_times() {
    static std::vector<double> const bounds{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
                                            0.01,   0.025,   0.05,   0.1,   0.25,   0.5,
                                            1,      2.5,     5,      10,    30,     60};
    return bounds;
}

std::vector<double> const& long_times() {
    static std::vector<double> const bounds{0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1,    2.5,   5,
                                            10,   30,    60,   120, 300,  900, 3600, 14400, 86400};
    return bounds;
}

void Counter::add(std::int64_t by) const {
    counter_->Increment(static_cast<double>(by));
}

void Counter::add(Seconds by) const {
    counter_->Increment(by.count());
}

// Whoever mirrors a total is alone in that, so nobody adds between the look and the addition.
void Counter::raise_to(std::int64_t total) const {
    raise_to(Seconds{static_cast<double>(total)});
}

void Counter::raise_to(Seconds total) const {
    counter_->Increment(total.count() - counter_->Value());
}

void Gauge::set(std::int64_t value) const {
    gauge_->Set(static_cast<double>(value));
}

void Gauge::set(Seconds value) const {
    gauge_->Set(value.count());
}

void Histogram::observe(Seconds time) const {
    histogram_->Observe(time.count());
}

Registry::Registry() : inside_{std::make_unique<Inside>()} {}

Registry::~Registry() = default;

Counter Registry::counter(Family const& family, Labels const& labels) {
    return Counter{prometheus::BuildCounter()
                       .Name(family.name)
                       .Help(family.help)
                       .Register(inside_->registry)
                       .Add(to_map(labels))};
}

Gauge Registry::gauge(Family const& family, Labels const& labels) {
    return Gauge{prometheus::BuildGauge()
                     .Name(family.name)
                     .Help(family.help)
                     .Register(inside_->registry)
                     .Add(to_map(labels))};
}

Histogram Registry::histogram(Family const& family, std::vector<double> const& bounds,
                              Labels const& labels) {
    return Histogram{prometheus::BuildHistogram()
                         .Name(family.name)
                         .Help(family.help)
                         .Register(inside_->registry)
                         .Add(to_map(labels), bounds)};
}

std::string Registry::text() const {
    return prometheus::TextSerializer{}.Serialize(inside_->registry.Collect());
}

}  // namespace adapters::metrics
