// The keys of services and of the fields of their input, and of schedules.
#include <algorithm>

#include "config/keys.h"

namespace config {

namespace {

using std::chrono::days;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr base::Rate largest_amount{1'000'000'000'000 * base::one.micros};

std::vector<Key<Field>> const field_keys = {
    {"type",
     [](Value const& v, Field& f) {
         read_word<FieldType>(v, f.type,
                              {{"text", FieldType::text},
                               {"number", FieldType::number},
                               {"integer", FieldType::integer},
                               {"boolean", FieldType::boolean},
                               {"object", FieldType::object},
                               {"list", FieldType::list},
                               {"any", FieldType::any}});
     }},
    {"required", [](Value const& v, Field& f) { read_flag(v, f.required); }},
    {"max_length",
     [](Value const& v, Field& f) {
         read_integer(v, f.max_length.emplace(), 1, std::int64_t{16} << 20);
     }},
    {"minimum", [](Value const& v,
                   Field& f) { read_rate(v, f.minimum.emplace(), base::Rate{}, largest_amount); }},
    {"maximum", [](Value const& v,
                   Field& f) { read_rate(v, f.maximum.emplace(), base::Rate{}, largest_amount); }},
};

void check_field(Value const& value, Field const& field) {
    bool const has_length = field.type == FieldType::text || field.type == FieldType::list;
    bool const has_size = field.type == FieldType::number || field.type == FieldType::integer;
    if (field.max_length && !has_length) {
        value.at("max_length").mistake("only a field of type text or list has a length");
    }
    for (auto const* key : {"minimum", "maximum"}) {
        if (value.has(key) && !has_size) {
            value.at(key).mistake("only a field of type number or integer has bounds");
        }
    }
    if (field.minimum && field.maximum && *field.maximum < *field.minimum) {
        value.at("maximum").mistake(
            fmt::format("less than the minimum ({})", base::to_text(*field.minimum)));
    }
}

void read_input(Value const& value, Service& service) {
    service.fields.clear();
    for_each_key(value, [&](std::string const& name, Value const& shape) {
        Field field{.name = name};
        read_keys<Field>(shape, field_keys, field);
        check_field(shape, field);
        service.fields.push_back(std::move(field));
    });
}

void read_result_fields(Value const& value, Service& service) {
    service.result_fields.clear();
    for_each_item(
        value, [&](Value const& item) { read_text(item, service.result_fields.emplace_back()); });
}

void check_service(Value const& value, Service const& service) {
    auto const& rules = service.rules;
    bool const set_here = value.has("backoff") || value.has("backoff_cap");
    if (set_here && rules.backoff_cap < rules.backoff) {
        value.at(value.has("backoff_cap") ? "backoff_cap" : "backoff")
            .mistake(fmt::format("the backoff_cap ({}) must not be less than the backoff ({})",
                                 base::to_text(rules.backoff_cap), base::to_text(rules.backoff)));
    }
}

Service read_service(Value const& value, Service service) {
    if (value.has("provider")) {
        service.route.clear();  // that of the defaults
        if (value.has("route")) {
            value.at("provider").mistake("there is a route as well; one of them is enough");
        }
    }
    read_keys<Service>(value, service_keys(), service);
    check_service(value, service);
    return service;
}

// A user as the product takes it: printable, no spaces at the ends, not long.
void read_user(Value const& value, std::string& into) {
    auto const& node = value.node();
    auto const& text = node.text;
    if (node.kind != Node::Kind::text || text.empty() || text.size() > 128 || text.front() == ' ' ||
        text.back() == ' ' || bad_byte(text) || text.find_first_of("\t\r\n") != text.npos) {
        value.expected("a user of 1 to 128 printable characters");
        return;
    }
    into = text;
}

void read_job_input(Value const& value, std::string& into) {
    auto const& node = value.node();
    if (node.kind == Node::Kind::map) {
        into = to_json(node);
    } else if (node.kind == Node::Kind::text && is_json_object(node.text)) {
        into = node.text;
    } else {
        value.expected("a map, or a JSON object as text");
    }
}

void read_cron(Value const& value, Schedule& schedule) {
    read_text(value, schedule.cron);
    if (value.node().kind != Node::Kind::text || schedule.cron.empty()) {
        return;
    }
    auto parsed = jobs::parse_cron(schedule.cron);
    if (auto const* what = std::get_if<std::string>(&parsed)) {
        value.mistake("not a cron line: " + *what);
    } else {
        schedule.line = std::get<jobs::CronLine>(parsed);
    }
}

std::vector<Key<Schedule>> const schedule_keys = {
    {"name", [](Value const& v, Schedule& s) { read_name(v, s.name); }},
    {"cron", read_cron},
    {"time_zone", [](Value const& v, Schedule& s) { read_zone(v, s.zone); }},
    {"service", [](Value const& v, Schedule& s) { read_name(v, s.service); }},
    {"user", [](Value const& v, Schedule& s) { read_user(v, s.user); }},
    {"input", [](Value const& v, Schedule& s) { read_job_input(v, s.input); }},
};

}  // namespace

std::vector<Key<Service>> const& service_keys() {
    static std::vector<Key<Service>> const keys = {
        {"provider", [](Value const& v, Service& s) { read_name(v, s.provider); }},
        {.name = "route", .read = read_route, .form = Key<Service>::Form::tree},
        {"moderation",
         [](Value const& v, Service& s) {
             read_word<bool>(v, s.rules.keeps_moderated, {{"refund", false}, {"charge", true}});
         }},
        {"concurrency",
         [](Value const& v, Service& s) { read_integer(v, s.concurrency, 0, 10'000); }},
        {"timeout", [](Value const& v,
                       Service& s) { read_duration(v, s.timeout, milliseconds{10}, days{30}); }},
        {"deadline",
         [](Value const& v, Service& s) {
             read_duration(v, s.rules.deadline, milliseconds{10}, days{365});
         }},
        {"daily_cap", [](Value const& v, Service& s) { read_credits(v, s.rules.daily_cap, 0); }},
        {"monthly_cap",
         [](Value const& v, Service& s) { read_credits(v, s.rules.monthly_cap, 0); }},
        {"max_attempts",
         [](Value const& v, Service& s) { read_integer(v, s.rules.max_attempts, 1, 100); }},
        {"backoff", [](Value const& v,
                       Service& s) { read_duration(v, s.rules.backoff, seconds{0}, days{1}); }},
        {"backoff_cap",
         [](Value const& v, Service& s) {
             read_duration(v, s.rules.backoff_cap, seconds{0}, days{7});
         }},
        {"max_input",
         [](Value const& v, Service& s) {
             read_integer(v, s.max_input_bytes, 2, std::int64_t{16} << 20);
         }},
        {"text_field", [](Value const& v, Service& s) { read_name(v, s.text_field); }},
        {"duration_field", [](Value const& v, Service& s) { read_name(v, s.duration_field); }},
        {"maximum_field", [](Value const& v, Service& s) { read_name(v, s.maximum_field); }},
        {"media_field", [](Value const& v, Service& s) { read_name(v, s.media_field); }},
        {.name = "result_fields", .read = read_result_fields, .form = Key<Service>::Form::tree},
        {"track",
         [](Value const& v, Service& s) {
             read_word<Track>(v, s.track.emplace(Track::audio),
                              {{"audio", Track::audio}, {"video", Track::video}});
         }},
        {"results",
         [](Value const& v, Service& s) {
             read_word<ResultFiles>(v, s.results,
                                    {{"keep", ResultFiles::keep}, {"link", ResultFiles::link}});
         }},
        {.name = "input", .read = read_input, .form = Key<Service>::Form::tree},
    };
    return keys;
}

void read_services(Value const& value, Settings& settings) {
    if (value.has("defaults")) {
        settings.defaults = read_service(value.at("defaults"), settings.defaults);
    }
    for_each_key(value, [&](std::string const& name, Value const& service) {
        if (name == "defaults") {
            return;
        }
        if (!is_name(name)) {
            service.mistake("not a name of letters, digits, `_`, `-` and `.`");
        }
        settings.services[name] = read_service(service, settings.defaults);
    });
}

void read_schedules(Value const& value, Settings& settings) {
    if (value.node().kind == Node::Kind::nothing) {
        return;
    }
    for_each_item(value, [&](Value const& item) {
        Schedule schedule{.input = "{}"};
        read_keys<Schedule>(item, schedule_keys, schedule);
        for (auto const* key : {"name", "cron", "service", "user"}) {
            if (!item.has(key)) {
                item.at(key).mistake("missing");
            }
        }
        if (!schedule.name.empty() &&
            is_among(settings.schedules, schedule.name, &Schedule::name)) {
            item.at("name").mistake("another schedule has this name");
        }
        settings.schedules.push_back(std::move(schedule));
    });
}

}  // namespace config
