// One table. A fact is named in braces.
#include "worker/http/texts.h"

#include <algorithm>
#include <array>
#include <utility>

#include <boost/json/serialize.hpp>

namespace worker::http {

namespace {

using Line = std::pair<std::string_view, std::string_view>;

// A code may have several lines, the one with the most facts first.
constexpr std::array all_texts{
    Line{"insufficient_credits", "积分不足！当前积分：{balance}，需要：{required}"},
    Line{"insufficient_credits", "积分不足！当前积分：{balance}"},
    Line{"invalid_request", "参数 {field} 无效"},
    Line{"invalid_json", "请求体不是有效的 JSON 对象"},
    Line{"not_found", "没有这个地址"},
    Line{"method_not_allowed", "该地址不支持此方法；可用：{allow}"},
    Line{"unauthenticated", "需要身份验证：请提供令牌或 API 密钥"},
    Line{"ambiguous_credentials", "请只提供令牌或 API 密钥之一，且只提供一次"},
    Line{"unknown_scheme", "Authorization 只接受令牌：Bearer TOKEN"},
    Line{"tokens_not_accepted", "未配置令牌的密钥，不接受令牌"},
    Line{"token_malformed", "令牌格式有误"},
    Line{"token_too_large", "令牌过长"},
    Line{"token_wrong_algorithm", "令牌的签名算法不被接受"},
    Line{"token_critical", "令牌带有不支持的扩展"},
    Line{"token_unknown_key", "令牌由未知的密钥签发"},
    Line{"token_bad_signature", "令牌签名无效"},
    Line{"token_no_expiry", "令牌没有有效期"},
    Line{"token_expired", "令牌已过期"},
    Line{"token_not_yet", "令牌尚未生效"},
    Line{"token_wrong_issuer", "令牌的签发者不被接受"},
    Line{"token_wrong_audience", "令牌不是签发给本服务的"},
    Line{"token_bad_subject", "令牌中的用户标识无效"},
    Line{"unknown_key", "没有这个 API 密钥"},
    Line{"key_revoked", "该 API 密钥已被吊销"},
    Line{"key_expired", "该 API 密钥已过期"},
    Line{"session_over", "登录已失效，请重新登录"},
    Line{"cross_site", "控制台的登录凭证只能由控制台自己的页面使用"},
    Line{"too_many_attempts", "来自该地址的未知 API 密钥过多，请稍后再试"},
    Line{"forbidden", "没有权限执行此操作"},
    Line{"unknown_message", "没有该编号的消息；已送达的消息会在一段时间后删除"},
    Line{"unknown_job", "没有编号为 {job} 的任务"},
    Line{"unknown_service", "价目表中没有服务 {service}"},
    Line{"unknown_service", "价目表中没有这项服务"},
    Line{"unknown_order", "没有订单 {order_id}"},
    Line{"unknown_account", "没有用户 {user_id} 的账户"},
    Line{"idempotency_conflict", "该幂等键已用于任务 {job}，且请求内容不同；请换一个键"},
    Line{"needs_duration", "该服务按秒计费：请在输入中给出时长 duration"},
    Line{"needs_text_or_maximum", "该服务按输出计费：请在输入中给出 text 或 max_duration"},
    Line{"too_expensive", "价格过大，无法计费"},
    Line{"over_job_cap", "该任务需要 {required} 积分；单个任务最多 {limit} 积分"},
    Line{"over_daily_cap", "需要 {required} 积分；今日已消费 {used}，每日上限 {limit}，请明天再试"},
    Line{"over_monthly_cap",
         "需要 {required} 积分；本月已消费 {used}，每月上限 {limit}，请下月再试"},
    Line{"over_service_daily_cap",
         "需要 {required} 积分；该服务今日已消费 {used}，每日上限 {limit}，请明天再试"},
    Line{"over_service_monthly_cap",
         "需要 {required} 积分；该服务本月已消费 {used}，每月上限 {limit}，请下月再试"},
    Line{"over_key_daily_cap",
         "需要 {required} 积分；该 API 密钥今日已消费 {used}，每日上限 {limit}，请明天再试"},
    Line{"over_key_monthly_cap",
         "需要 {required} 积分；该 API 密钥本月已消费 {used}，每月上限 {limit}，请下月再试"},
    Line{"account_braked", "账户消费异常，已暂停扣费，请联系管理员"},
    Line{"account_frozen", "账户已被冻结，请联系管理员"},
    Line{"queue_draining", "该服务的队列正在排空，暂不接受新任务，请稍后再试"},
    Line{"unknown_parent", "任务 {parent} 不属于该账户"},
    Line{"parent_failed", "任务 {parent} 已结束且没有结果"},
    Line{"wrong_state", "任务当前状态为 {state}，不能执行此操作"},
    Line{"not_completed", "任务尚未完成，当前状态为 {state}"},
    Line{"no_result", "任务没有结果文件"},
    Line{"artifacts_unavailable", "任务结果文件暂时无法读取，请稍后再试"},
    Line{"result_gone", "任务结果已超过保留期，已被清除"},
    Line{"reference_conflict", "该引用编号已用于其他操作，请换一个"},
    Line{"unknown_source", "没有名为 {source} 的来源"},
    Line{"bad_token", "来源不存在，或签名与内容不符"},
    Line{"stale_token", "时间戳与当前时间相差超过 300 秒，请重新签名，并使用同一引用编号"},
    Line{"direction_not_allowed", "该来源无权进行此方向的积分操作"},
    Line{"daily_cap", "该来源今日（UTC）已增加 {used} 积分，每日上限 {limit}"},
    Line{"account_in_debt", "该用户原有账户存在欠款，请先结清"},
    Line{"unknown_source", "没有来源 {source}"},
    Line{"not_positive", "数量必须大于零"},
    Line{"already_expired", "积分到账时已经过期"},
    Line{"overflow", "账户无法容纳这么多积分"},
    Line{"order_conflict", "该幂等键已用于订单 {order_id}，且购买内容不同；请换一个键"},
    Line{"unknown_package", "目前没有套餐 {package}"},
    Line{"unknown_term", "没有会员时长 {term}"},
    Line{"not_sold", "该商品不支持此支付方式"},
    Line{"too_many_pending_orders", "待支付订单已达 {limit} 个，请先支付其中之一或等待其关闭"},
    Line{"membership_too_long", "会员有效期最长十年"},
    Line{"payment_platform_unavailable",
         "订单 {order_id} 已创建，但支付平台暂时没有响应，请稍后重试"},
    Line{"nothing_to_review", "没有等待人工处理的这条支付通知；可能已有人处理"},
    Line{"not_acceptable", "无法接受该支付通知：{reasons}"},
    Line{"not_askable", "订单 {order_id} 的支付平台无法查询"},
    Line{"unmeasurable_input", "无法测量 {field} 的时长"},
    Line{"invalid_prices", "价目表有误，未重新加载"},
    Line{"rate_limited", "请求过于频繁，请稍后再试"},
    Line{"store_unavailable", "暂时无法访问存储，请稍后再试"},
    Line{"overloaded", "服务繁忙，请稍后再试"},
    Line{"bad_request", "请求格式有误"},
    Line{"headers_too_large", "请求头过大"},
    Line{"body_too_large", "请求体过大"},
    Line{"uri_too_long", "请求地址过长"},
    Line{"length_required", "请求缺少 Content-Length"},
    Line{"timeout", "请求超时"},
    Line{"too_many_connections", "连接过多，请稍后再试"},
    Line{"range_not_satisfiable", "请求的范围超出文件末尾"},
    Line{"not_implemented", "不支持该功能"},
    Line{"internal", "服务器内部错误"},
    Line{"attention.ledger_drift", "上次审计发现 {n} 个问题；`tallyman audit` 会逐一列出"},
    Line{"attention.queue_paused", "{service} 的队列已暂停，{n} 个任务在等待"},
    Line{"attention.waiting", "{service} 最早的任务已等待 {time}"},
    Line{"attention.no_workers", "有任务在等待，但没有存活的工作进程"},
    Line{"attention.worker_lost", "工作进程 {worker} 已消失，其 {n} 个任务等待接管"},
    Line{"attention.poison", "最近一天有 {n} 个任务使工作进程崩溃，已被放弃"},
    Line{"attention.unknown_fate", "{n} 个任务在供应商处的结果无法得知；其扣费保持未结"},
    Line{"attention.parked",
         "{n} 个任务可能已提交，无法判断；`tallyman jobs --parked` 列出，`tallyman resolve` 处理"},
    Line{"attention.old_charges", "{n} 笔扣费（共 {credits} 积分）未结超过一小时"},
    Line{"attention.webhooks_dead",
         "{n} 条消息投递失败，已放弃；`tallyman webhooks list --state dead` 可查看"},
    Line{"attention.webhooks_late", "{n} 条消息待投递，最早的已等待 {time}"},
    Line{"attention.account_braked", "{n} 个账户消费异常，已暂停扣费：{users}"},
    Line{"attention.account_frozen", "{n} 个账户已冻结，不能消费：{users}"},
    Line{"attention.store_away", "存储不可用：{trouble}"},
    Line{"attention.redis_away", "Redis 不可用：{trouble}"},
    Line{"attention.provider_refuses",
         "供应商 {provider} 拒绝服务，请检查其密钥、余额与模型：{trouble}"},
    Line{"attention.provider_failing", "供应商 {provider} 连续失败 {n} 次：{trouble}"},
    Line{"attention.duty_failed", "定时任务 {duty}：{result}"},
};

std::optional<std::string> fill(std::string_view line, boost::json::object const& facts) {
    std::string text;
    while (true) {
        auto const open = line.find('{');
        text += line.substr(0, open);
        if (open == std::string_view::npos) {
            return text;
        }
        auto const close = line.find('}', open);
        auto const name = line.substr(open + 1, close - open - 1);
        auto const* const fact = facts.if_contains({name.data(), name.size()});
        if (fact == nullptr) {
            return std::nullopt;
        }
        if (fact->is_string()) {
            text.append(fact->get_string().data(), fact->get_string().size());
        } else {
            text += boost::json::serialize(*fact);
        }
        line.remove_prefix(close + 1);
    }
}

}  // namespace

std::optional<std::string> chinese(std::string_view code, boost::json::object const& facts) {
    for (auto const& [name, line] : all_texts) {
        if (name == code) {
            if (auto text = fill(line, facts)) {
                return text;
            }
        }
    }
    return std::nullopt;
}

}  // namespace worker::http
