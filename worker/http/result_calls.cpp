// GET /api/jobs/{id}/result: a file, another address, or the result as JSON.
#include <algorithm>

#include <boost/json.hpp>

#include "worker/http/calls.h"
#include "worker/http/result_file.h"

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

std::expected<Response, Problem> file_answer(jobs::Job const& job, std::string const& name,
                                             config::Settings const& settings) {
    auto const folder = settings.data_dir / "results" / base::to_text(job.id);
    auto const file = file_below(folder, name);
    if (!file) {
        return std::unexpected{no_result(404, "no_result", "the result's file is not there", job)};
    }
    auto etag = etag_of(*file);
    return Response{.headers = cautious(),
                    .type = std::string{type_of(*file)},
                    .body = adapters::http::FileBody{.path = *file, .etag = std::move(etag)}};
}

std::expected<Response, Problem> answer_of(jobs::Job const& job, config::Settings const& settings) {
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
    if (code) {
        return Response{
            .headers = cautious(), .type = "text/plain; charset=utf-8", .body = job.result};
    }
    if (auto const file = text_of(result, "file"); !file.empty()) {
        return file_answer(job, file, settings);
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
    auto read = [&office, id = (*view)->id]() -> std::expected<Response, Problem> {
        auto const job = office.store.find_job(id);
        return job ? answer_of(*job, office.settings)
                   : std::unexpected{unknown_job(base::to_text(id))};
    };
    auto answer = co_await office.pool.run(std::move(read));
    if (!answer) {
        co_return refuse(call, answer.error());
    }
    co_return std::move(*answer);
}

constexpr Route table[] = {
    {"GET", "/api/jobs/{id}/result", Access::jobs_reading, result,
     "The artifact: a file, with ranges, or the result as JSON"},
};

}  // namespace

std::span<Route const> result_routes() {
    return table;
}

}  // namespace worker::http
