# The only door: a name of its own with TLS 1.2, routes that each ask who calls, a limit, and a line of log for every call.

resource "aws_apigatewayv2_api" "this" {
  name                         = var.name
  description                  = "API of ${var.name}"
  protocol_type                = "HTTP"
  disable_execute_api_endpoint = true # else a second door stands beside the certificate's name

  tags = merge(local.tags, { segment = "edge" })
}
@@ if callers == "jwt"

resource "aws_apigatewayv2_authorizer" "this" {
  api_id           = aws_apigatewayv2_api.this.id
  name             = "${var.name}-tokens"
  authorizer_type  = "JWT"
  identity_sources = ["$request.header.Authorization"]

  jwt_configuration {
    issuer   = var.token_issuer
    audience = var.token_audience
  }
}
@@ endif

resource "aws_apigatewayv2_integration" "this" {
  api_id                 = aws_apigatewayv2_api.this.id
  integration_type       = "AWS_PROXY"
  integration_method     = "POST"
  integration_uri        = aws_lambda_function.this.invoke_arn
  payload_format_version = "2.0"
  timeout_milliseconds   = 10000
}
@@ for route in routes

resource "aws_apigatewayv2_route" "@{ route | lower | replace("/", " ") | replace("{", "") | replace("}", "") | snake | replace("__", "_") }" {
  api_id             = aws_apigatewayv2_api.this.id
  route_key          = "@{ route }"
  target             = "integrations/${aws_apigatewayv2_integration.this.id}"
@@ if callers == "jwt"
  authorization_type = "JWT"
  authorizer_id      = aws_apigatewayv2_authorizer.this.id
  authorization_scopes = var.token_scopes
@@ else
  authorization_type = "AWS_IAM"
@@ endif
}
@@ endfor

resource "aws_apigatewayv2_stage" "this" {
  api_id      = aws_apigatewayv2_api.this.id
  name        = "live"
  auto_deploy = true

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.this["calls"].arn
    format = jsonencode({
      requestId  = "$context.requestId"
      time       = "$context.requestTime"
      address    = "$context.identity.sourceIp"
      route      = "$context.routeKey"
      status     = "$context.status"
      length     = "$context.responseLength"
      error      = "$context.error.message"
      authorizer = "$context.authorizer.error"
@@ if callers == "jwt"
      caller     = "$context.authorizer.claims.sub"
@@ else
      caller     = "$context.identity.userArn"
@@ endif
      failure    = "$context.integrationErrorMessage"
    })
  }

  default_route_settings {
    detailed_metrics_enabled = true
    throttling_rate_limit    = var.rate.steady
    throttling_burst_limit   = var.rate.burst
  }

  tags = merge(local.tags, { segment = "edge" })
}

resource "aws_apigatewayv2_domain_name" "this" {
  domain_name = var.domain_name

  domain_name_configuration {
    certificate_arn = var.certificate_arn
    endpoint_type   = "REGIONAL"
    security_policy = "TLS_1_2"
  }

  tags = merge(local.tags, { segment = "edge" })
}

resource "aws_apigatewayv2_api_mapping" "this" {
  api_id      = aws_apigatewayv2_api.this.id
  domain_name = aws_apigatewayv2_domain_name.this.id
  stage       = aws_apigatewayv2_stage.this.id
}
