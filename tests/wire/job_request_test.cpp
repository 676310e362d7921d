// From text to a request: what passes, what is refused, and under which name.
#include "wire/job_request.h"

#include <gtest/gtest.h>

namespace wire {
namespace {

config::Settings settings_with(config::Service service) {
    config::Settings settings;
    settings.services["tts"] = std::move(service);
    return settings;
}

JobFields asking(std::string input) {
    return {.user = "ann", .service = "tts", .input = std::move(input)};
}

std::string first_mistake(JobFields const& fields, config::Settings const& settings = {}) {
    auto const parsed = parse_request(fields, settings);
    EXPECT_EQ(parsed.request.has_value(), parsed.errors.empty());
    return parsed.errors.empty() ? "" : parsed.errors[0].field + " " + parsed.errors[0].what;
}

TEST(JobRequest, CarriesWhatTheInputSaysAboutItsLength) {
    auto const parsed =
        parse_request(asking(R"({"text":"积分 a","duration":1.0001,"max_duration":30})"), {});
    ASSERT_TRUE(parsed.request.has_value());
    EXPECT_EQ(parsed.request->usage.characters, 4);
    EXPECT_EQ(parsed.request->usage.duration, base::Millis{1'001});
    EXPECT_EQ(parsed.request->usage.maximum, base::Millis{30'000});
    EXPECT_EQ(parsed.request->user, "ann");
    EXPECT_EQ(parsed.request->service, "tts");
}

TEST(JobRequest, SaysNothingOfALengthThatIsNotThere) {
    auto const parsed = parse_request(asking(R"({"duration":"long"})"), {});
    ASSERT_TRUE(parsed.request.has_value());
    EXPECT_EQ(parsed.request->usage.duration, std::nullopt);
    EXPECT_EQ(parsed.request->usage.characters, std::nullopt);
    EXPECT_EQ(parsed.request->usage.maximum, std::nullopt);
}

TEST(JobRequest, TheServiceNamesTheFieldsOfItsLength) {
    auto const settings = settings_with({.text_field = "script", .duration_field = "seconds"});
    auto const parsed = parse_request(asking(R"({"script":"abc","seconds":2})"), settings);
    ASSERT_TRUE(parsed.request.has_value());
    EXPECT_EQ(parsed.request->usage.characters, 3);
    EXPECT_EQ(parsed.request->usage.duration, base::Millis{2'000});
}

TEST(JobRequest, RefusesADurationThatIsNegativeOrAbsurd) {
    EXPECT_EQ(first_mistake(asking(R"({"duration":-1})")), "input.duration must not be negative");
    EXPECT_EQ(first_mistake(asking(R"({"duration":-1e-30})")),
              "input.duration must not be negative");
    EXPECT_NE(first_mistake(asking(R"({"duration":40000000})")), "");
    EXPECT_NE(first_mistake(asking(R"({"duration":1e300})")), "");
    EXPECT_EQ(first_mistake(asking(R"({"max_duration":"30"})")),
              "input.max_duration must be a number of seconds");
}

TEST(JobRequest, RefusesAnAddressToWhichNothingWouldBeSent) {
    auto fields = asking("{}");
    fields.webhook = "http://x.example/hook";
    EXPECT_TRUE(first_mistake(fields).starts_with("webhook must begin with https://"));
    config::Settings settings;
    settings.webhooks.allow_http = true;
    EXPECT_TRUE(parse_request(fields, settings).errors.empty());
}

TEST(JobRequest, RefusesABadEnvelope) {
    auto const with = [](auto change) {
        auto fields = asking("{}");
        change(fields);
        return first_mistake(fields);
    };
    EXPECT_TRUE(with([](auto& f) { f.user = "a\nb"; }).starts_with("user_id"));
    EXPECT_TRUE(with([](auto& f) { f.user = ""; }).starts_with("user_id"));
    EXPECT_TRUE(with([](auto& f) { f.service = ""; }).starts_with("service"));
    EXPECT_TRUE(
        with([](auto& f) { f.key = std::string(256, 'k'); }).starts_with("idempotency_key"));
    EXPECT_TRUE(with([](auto& f) { f.priority = 1'000'001; }).starts_with("priority"));
    EXPECT_TRUE(with([](auto& f) { f.run_at = base::from_ms(-1); }).starts_with("run_at"));
    EXPECT_TRUE(with([](auto& f) { f.webhook = "ftp://x"; }).starts_with("webhook"));
    EXPECT_TRUE(
        with([](auto& f) { f.webhook = "https://ann:secret@x.example/"; }).starts_with("webhook"));
    EXPECT_EQ(with([](auto& f) { f.webhook = "https://x.example/a@b"; }), "");
    EXPECT_TRUE(with([](auto& f) { f.after = {{3}, {3}}; }).starts_with("after"));
    EXPECT_TRUE(with([](auto& f) { f.after = {{0}}; }).starts_with("after"));
    EXPECT_EQ(with([](auto& f) {
                  f.key = std::string(255, 'k');
                  f.priority = -1'000'000;
                  f.webhook = "https://example.com/hook";
                  f.trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
                  f.after = {{3}, {2}};
              }),
              "");
}

TEST(JobRequest, TakesATraceAndOverlooksOneThatIsNotValid) {
    auto const trace_of = [](std::string const& trace) {
        auto fields = asking("{}");
        fields.trace = trace;
        return parse_request(fields, {}).request.value().trace;
    };
    std::string const trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    EXPECT_EQ(trace_of(trace), trace);
    EXPECT_EQ(trace_of("00-xyz"), "");
    EXPECT_EQ(trace_of("00-00000000000000000000000000000000-b7ad6b7169203331-01"), "");
    EXPECT_EQ(trace_of(std::string(1'000'000, '0')), "");
}

TEST(JobRequest, RefusesInputThatIsTooLargeBeforeReadingIt) {
    auto const settings = settings_with({.max_input_bytes = 19});
    EXPECT_EQ(first_mistake(asking(R"({"text":"123456789"})"), settings),
              "input is larger than 19 bytes");
    EXPECT_EQ(first_mistake(asking(R"({"text":"12345678"})"), settings), "");
    EXPECT_EQ(first_mistake(asking("{\"text\":\"\xFF\"}")), "input is not valid UTF-8");
    EXPECT_EQ(first_mistake(asking("[]")), "input is not a JSON object");
}

TEST(JobRequest, NamesEveryMistakeAtOnce) {
    auto fields = asking(R"({"duration":-1,"max_duration":-1})");
    fields.user = "";
    EXPECT_EQ(parse_request(fields, {}).errors.size(), 3U);
}

TEST(JobRequest, ChecksTheFieldsOfTheService) {
    using enum config::FieldType;
    auto const settings =
        settings_with({.fields = {{.name = "text", .type = text, .required = true, .max_length = 3},
                                  {.name = "speed",
                                   .type = number,
                                   .minimum = base::Rate{250'000},
                                   .maximum = base::Rate{4'000'000}},
                                  {.name = "count", .type = integer},
                                  {.name = "loud", .type = boolean},
                                  {.name = "list", .type = list, .max_length = 1},
                                  {.name = "map", .type = object}}});
    auto const mistake = [&](std::string input) {
        return first_mistake(asking(std::move(input)), settings);
    };
    EXPECT_EQ(
        mistake(R"({"text":"积积积","speed":0.25,"count":3,"loud":true,"list":[1],"map":{}})"), "");
    EXPECT_EQ(mistake(R"({"text":"abc","other":[[1]]})"), "");
    EXPECT_EQ(mistake("{}"), "input.text is required");
    EXPECT_EQ(mistake(R"({"text":null})"), "input.text must be a string");
    EXPECT_EQ(mistake(R"({"text":"积积积积"})"), "input.text is longer than 3 characters");
    EXPECT_EQ(mistake(R"({"text":"a","speed":4.0000000001})"), "input.speed is more than 4");
    EXPECT_EQ(mistake(R"({"text":"a","speed":0.2499999999})"), "input.speed is less than 0.25");
    EXPECT_EQ(mistake(R"({"text":"a","speed":-1e30})"), "input.speed is less than 0.25");
    EXPECT_EQ(mistake(R"({"text":"a","speed":"1"})"), "input.speed must be a number");
    EXPECT_EQ(mistake(R"({"text":"a","count":1.5})"), "input.count must be a whole number");
    EXPECT_EQ(mistake(R"({"text":"a","loud":1})"), "input.loud must be true or false");
    EXPECT_EQ(mistake(R"({"text":"a","list":[1,2]})"), "input.list has more than 1 items");
    EXPECT_EQ(mistake(R"({"text":"a","map":[]})"), "input.map must be an object");
}

base::Hash hash_of(JobFields const& fields) {
    return parse_request(fields, {}).request->body_hash;
}

TEST(JobRequest, ARepeatIsTheSameWhateverTheSpacing) {
    EXPECT_EQ(hash_of(asking(R"({"a":1,"b":[2]})")), hash_of(asking("{ \"b\": [2],\n\"a\": 1 }")));
}

TEST(JobRequest, AnythingElseIsAnotherRequest) {
    auto const first = asking(R"({"a":1})");
    auto const differs = [&](auto change) {
        auto other = first;
        change(other);
        return hash_of(other) != hash_of(first);
    };
    EXPECT_TRUE(differs([](auto& f) { f.input = R"({"a":2})"; }));
    EXPECT_TRUE(differs([](auto& f) { f.service = "video"; }));
    EXPECT_TRUE(differs([](auto& f) { f.priority = 1; }));
    EXPECT_TRUE(differs([](auto& f) { f.run_at = base::from_ms(5); }));
    EXPECT_TRUE(differs([](auto& f) { f.after = {{4}}; }));
    EXPECT_TRUE(differs([](auto& f) { f.webhook = "https://example.com"; }));
    EXPECT_FALSE(differs([](auto& f) { f.queue_anyway = true; }));
}

}  // namespace
}  // namespace wire
