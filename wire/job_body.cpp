// Types only; what the values may be is for parse_request to say.
#include "wire/job_body.h"

#include <algorithm>
#include <charconv>

#include <boost/json.hpp>

#include "base/trace.h"
#include "wire/parts.h"

namespace wire {

namespace json = boost::json;

namespace {

class BodyFields {
public:
    BodyFields(StrictObject const& body, std::vector<FieldError>& errors)
        : body_{body}, errors_{errors} {}

    void text(std::string const& name, std::string& into) {
        if (auto const* const value = find(name)) {
            if (auto const* const string = value->if_string()) {
                into.assign(string->data(), string->size());
            } else {
                wrong(name, "must be a string");
            }
        }
    }

    void flag(std::string const& name, bool& into) {
        if (auto const* const value = find(name)) {
            if (auto const* const yes = value->if_bool()) {
                into = *yes;
            } else {
                wrong(name, "must be true or false");
            }
        }
    }

    // Never a mistake: a trace is for those who look on, and no reason to refuse a job.
    void trace(std::string const& name, std::string& into) {
        auto const* const value = find(name);
        auto const* const text = value == nullptr ? nullptr : value->if_string();
        into = text == nullptr ? "" : base::traceparent_or_none({text->data(), text->size()});
    }

    std::optional<std::int64_t> integer(std::string const& name) {
        if (find(name) == nullptr) {
            return std::nullopt;
        }
        auto const written = body_.numbers.find(name);
        auto const number =
            written == body_.numbers.end() ? std::nullopt : plain_integer(written->second);
        if (!number) {
            wrong(name, "must be an integer");
        }
        return number;
    }

    void input(std::string& into) {
        if (auto const* const value = find("input")) {
            if (value->is_object()) {
                into = std::string{member_of(body_.canonical, "input").value_or("{}")};
            } else {
                wrong("input", "must be an object");
            }
        }
    }

    void ids(std::string const& name, std::vector<base::JobId>& into) {
        auto const* const value = find(name);
        if (value == nullptr) {
            return;
        }
        auto const* const list = value->if_array();
        if (list == nullptr) {
            wrong(name, "must be a list of job ids");
            return;
        }
        for (auto const& item : *list) {
            auto const id = id_of(item);
            if (!id) {
                wrong(name, "names something that is not the id of a job");
                return;
            }
            into.push_back(*id);
        }
    }

    void wrong(std::string const& name, std::string what) {
        errors_.push_back({.field = name, .what = std::move(what)});
    }

private:
    [[nodiscard]] json::value const* find(std::string const& name) const {
        auto const* const value = body_.object.if_contains(name);
        return value == nullptr || value->is_null() ? nullptr : value;
    }

    static std::optional<base::JobId> id_of(json::value const& item) {
        if (auto const* const text = item.if_string()) {
            return parse_job_id({text->data(), text->size()});
        }
        auto const* const number = item.if_int64();
        return number != nullptr && *number > 0 ? std::optional{base::JobId{*number}}
                                                : std::nullopt;
    }

    StrictObject const& body_;
    std::vector<FieldError>& errors_;
};

}  // namespace

std::optional<std::int64_t> plain_integer(std::string_view written) {
    std::int64_t number = 0;
    auto const* const end = written.data() + written.size();
    auto const read = std::from_chars(written.data(), end, number);
    bool const whole = read.ec == std::errc{} && read.ptr == end && written != "-0";
    return whole ? std::optional{number} : std::nullopt;
}

std::optional<base::JobId> parse_job_id(std::string_view text) {
    bool const digits = !text.empty() && text.size() <= 19 && text.front() != '0' &&
                        std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
    auto const number = digits ? plain_integer(text) : std::nullopt;
    return number ? std::optional{base::JobId{*number}} : std::nullopt;
}

JobFields job_fields(StrictObject const& body, std::vector<FieldError>& errors) {
    JobFields job;
    BodyFields fields{body, errors};
    fields.text("service", job.service);
    fields.text("user_id", job.user);
    fields.input(job.input);
    fields.text("idempotency_key", job.key);
    if (auto const priority = fields.integer("priority")) {
        constexpr std::int64_t most = 1'000'001;  // out of bounds stays out of bounds
        job.priority = static_cast<int>(std::clamp(*priority, -most, most));
    }
    if (auto const at = fields.integer("run_at")) {
        constexpr std::int64_t end_ms = 253'402'300'800'000;  // the year 10000
        job.run_at = base::from_ms(std::clamp<std::int64_t>(*at, -1, end_ms));
    }
    fields.ids("after", job.after);
    fields.text("webhook", job.webhook);
    fields.trace("traceparent", job.trace);
    fields.flag("queue_anyway", job.queue_anyway);
    return job;
}

}  // namespace wire
