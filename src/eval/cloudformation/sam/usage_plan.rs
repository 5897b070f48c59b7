//! `Auth.UsagePlan` of a REST API: a plan with a key, for this API alone or shared by all that ask for it.

use super::make::{Body, Maker};
use super::{Expander, shape};
use crate::eval::{Declared, Value};

pub(super) fn add(
    work: &mut Expander<'_>,
    source: &Declared,
    make: &Maker<'_>,
    auth: &Value,
    stage: &str,
) {
    let Some(plan) = shape::get(auth, "UsagePlan") else {
        return;
    };
    let prefix = match shape::text(plan, "CreateUsagePlan") {
        Some("PER_API") => source.address.name.to_string(),
        Some("SHARED") => "Serverless".to_owned(),
        _ => return,
    };
    let api = make.refer("AWS::ApiGateway::RestApi", &source.address.name);
    let stage = make.refer("AWS::ApiGateway::Stage", stage);
    let id = format!("{prefix}UsagePlan");
    let fresh = make.declare("AWS::ApiGateway::UsagePlan", &id, Body::default());
    work.referable(source, "UsagePlan", &fresh.address);
    let used = make.map([("ApiId", api.clone()), ("Stage", stage.clone())]);
    work.share(fresh, |body| {
        shape::push(body, "ApiStages", used);
        for key in ["Description", "Quota", "Tags", "Throttle", "UsagePlanName"] {
            if let Some(value) = shape::something(plan, key) {
                shape::set(body, key, value.clone());
            }
        }
    });
    let key = format!("{prefix}ApiKey");
    let mut body = Body::default();
    body.set("Enabled", make.bool(true));
    let fresh = make.declare("AWS::ApiGateway::ApiKey", &key, body);
    work.referable(source, "ApiKey", &fresh.address);
    let used = make.map([("RestApiId", api), ("StageName", stage)]);
    work.share(fresh, |body| shape::push(body, "StageKeys", used));

    let mut body = Body::default();
    body.set("KeyId", make.refer("AWS::ApiGateway::ApiKey", &key));
    body.set("KeyType", make.text("API_KEY"));
    body.set("UsagePlanId", make.refer("AWS::ApiGateway::UsagePlan", &id));
    let fresh = make.declare(
        "AWS::ApiGateway::UsagePlanKey",
        &format!("{prefix}UsagePlanKey"),
        body,
    );
    work.referable(source, "UsagePlanKey", &fresh.address);
    work.share(fresh, |_| {});
}
