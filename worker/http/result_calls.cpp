// GET /api/jobs/{id}/result: a file, another address, or the result as JSON.
#include <algorithm>
#include <iterator>

#include <boost/json.hpp>

#include "worker/artifacts.h"
#include "worker/http/calls.h"
#include "worker/http/result_file.h"
#include "worker/http/result_object.h"
#include "worker/kept_file.h"

namespace worker::http {

namespace {

namespace json = boost::json;
using adapters::http::Response;

// What a provider made may be anything; a browser must not run it in this program's name.
std::vector<adapters::http::Header> cautious(std::string etag = {}) {
    std::vector<adapters::http::Header> headers{{"Content-Security-Policy", "sandbox"},
                                                {"Cache-Control", "private, no-cache"}};
    if (!etag.empty()) {
        headers.push_back({"ETag", std::move(etag)});
    }
    return headers;
}

Problem no_result(int status, std::string code, std::string detail, jobs::Job const& job) {
    return wire::Refusal{.code = std::move(code),
                         .detail = std::move(detail),
                         .status = status,
                         .facts = {{"job", base::to_text(job.id)},
                                   {"state", std::string{jobs::to_text(job.state)}}}};
}

std::string text_of(json::value const& result, char const* name) {
    auto const* const object = result.if_object();
    auto const* const value = object == nullptr ? nullptr : object->if_contains(name);
    return value != nullptr && value->is_string() ? std::string{value->get_string()} : "";
}

bool is_web_address(std::string const& url) {
    return (url.starts_with("https://") || url.starts_with("http://")) &&
           std::ranges::all_of(url, [](char c) { return c > ' ' && c < '\x7f'; });
}

// What was kept has a type and a hash; of other files the name says what they are.
struct Chosen {
    std::string name;
    std::string type;
    std::string etag;
    std::optional<std::uint64_t> kept_size;
};

std::optional<Chosen> choose(jobs::Job const& job, json::value const& result,
                             std::optional<std::string_view> wanted) {
    for (auto const& file : kept_files(job.result)) {
        if (!wanted || *wanted == file.name) {
            return Chosen{.name = file.name,
                          .type = file.type,
                          .etag = "\"" + file.sha256 + "\"",
                          .kept_size = file.size};
        }
    }
    auto name = text_of(result, "file");
    bool const meant = !name.empty() && (!wanted || *wanted == name);
    return meant ? std::optional{Chosen{.name = std::move(name)}} : std::nullopt;
}

// "job-42-audio.mp3", shown and not saved unless somebody asks for that.
adapters::http::Header disposition(jobs::Job const& job, std::string const& name) {
    auto plain = name;
    std::ranges::replace_if(
        plain, [](char c) { return c <= ' ' || c > '~' || c == '"' || c == '\\' || c == '/'; },
        '_');
    return {"Content-Disposition",
            "inline; filename=\"job-" + base::to_text(job.id) + "-" + plain + "\""};
}

std::expected<Response, Problem> file_answer(Call const& call, jobs::Job const& job,
                                             Chosen const& chosen) {
    auto const& office = call.office;
    auto headers = cautious();
    headers.push_back(disposition(job, chosen.name));
    auto const file = file_below(result_folder(office.settings, job.id), chosen.name);
    if (file) {
        auto etag = chosen.etag.empty() ? etag_of(*file) : chosen.etag;
        return Response{.headers = std::move(headers),
                        .type = chosen.type.empty() ? std::string{type_of(*file)} : chosen.type,
                        .body = adapters::http::FileBody{.path = *file, .etag = std::move(etag)}};
    }
    if (office.artifacts == nullptr || !chosen.kept_size) {
        return std::unexpected{no_result(404, "no_result", "the result's file is not there", job)};
    }
    auto object = object_answer(call, {.key = artifact_key(job.id, chosen.name),
                                       .type = chosen.type,
                                       .etag = chosen.etag,
                                       .size = *chosen.kept_size});
    if (!object) {
        return std::unexpected{
            object.error() == ObjectTrouble::absent
                ? no_result(404, "no_result", "the result's file is not there", job)
                : no_result(503, "artifacts_unavailable", "the result's file can't be read now",
                            job)};
    }
    std::ranges::move(headers, std::back_inserter(object->headers));
    return std::move(*object);
}

std::expected<Response, Problem> answer_of(Call const& call, jobs::Job const& job) {
    if (job.state != jobs::State::completed) {
        return std::unexpected{no_result(
            409, "not_completed",
            "the job is " + std::string{jobs::to_text(job.state)} + " and has no result", job)};
    }
    if (job.pruned) {
        return std::unexpected{
            no_result(410, "result_gone", "the result was removed by retention", job)};
    }
    json::error_code code;
    auto const result = json::parse(job.result, code);
    if (job.result.empty()) {
        return std::unexpected{no_result(404, "no_result", "the job left no result", job)};
    }
    auto const wanted = call.request.parameter("file");
    if (auto const chosen = code ? std::nullopt : choose(job, result, wanted)) {
        return file_answer(call, job, *chosen);
    }
    if (wanted) {
        return std::unexpected{no_result(404, "no_result", "the result has no such file", job)};
    }
    if (code) {
        return Response{
            .headers = cautious(), .type = "text/plain; charset=utf-8", .body = job.result};
    }
    if (auto const url = text_of(result, "url"); is_web_address(url)) {
        return Response{.status = 302, .headers = {{"Location", url}}, .body = std::string{}};
    }
    return Response{.headers = cautious(), .body = job.result};
}

Answer result(Call& call) {
    auto const view = co_await visible_job(call, call.parts[0]);
    if (!view) {
        co_return refuse(call, view.error());
    }
    auto& office = call.office;
    auto read = [&office, &call, id = (*view)->id]() -> std::expected<Response, Problem> {
        auto const job = office.store.find_job(id);
        return job ? answer_of(call, *job) : std::unexpected{unknown_job(base::to_text(id))};
    };
    auto answer = co_await pool_for_objects(office).run(std::move(read));
    if (!answer) {
        co_return refuse(call, answer.error());
    }
    co_return std::move(*answer);
}

constexpr Route result_rows[] = {
    {"GET", "/api/jobs/{id}/result", Access::jobs_reading, result,
     "The artifact: a file, with ranges, or the result as JSON"},
};

}  // namespace

std::span<Route const> result_routes() {
    return result_rows;
}

}  // namespace worker::http
