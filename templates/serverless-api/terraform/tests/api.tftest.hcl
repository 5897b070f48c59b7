@@ from "_parts/serverless-api/route.txt" import path
# No account is asked: the provider is mocked. What stands here fails when somebody opens what the intent does not name.

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }

  mock_data "aws_region" {
    defaults = { name = "@{ region }" }
  }

  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }

  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::111122223333:role/mock" }
  }

  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:@{ region }:111122223333:key/00000000-0000-0000-0000-000000000000" }
  }

  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:@{ region }:111122223333:log-group:mock" }
  }

  mock_resource "aws_dynamodb_table" {
    defaults = { arn = "arn:aws:dynamodb:@{ region }:111122223333:table/mock" }
  }

  mock_resource "aws_lambda_function" {
    defaults = {
      arn        = "arn:aws:lambda:@{ region }:111122223333:function:mock"
      invoke_arn = "arn:aws:apigateway:@{ region }:lambda:path/2015-03-31/functions/arn:aws:lambda:@{ region }:111122223333:function:mock/invocations"
    }
  }

  mock_resource "aws_apigatewayv2_stage" {
    defaults = { execution_arn = "arn:aws:execute-api:@{ region }:111122223333:abcdef/live" }
  }
@@ if asynchronous

  mock_resource "aws_sqs_queue" {
    defaults = { arn = "arn:aws:sqs:@{ region }:111122223333:mock" }
  }
@@ endif
@@ if signed

  mock_resource "aws_lambda_code_signing_config" {
    defaults = { arn = "arn:aws:lambda:@{ region }:111122223333:code-signing-config:csc-0123456789abcdef0" }
  }
@@ endif
}

variables {
  certificate_arn            = "arn:aws:acm:@{ region }:111122223333:certificate/00000000-0000-0000-0000-000000000000"
  code                       = { bucket = "code", key = "function.zip", version = "3sL4kqtJlcpXroDTDmJrmSpXd3dIbrHY" }
  key_administrator_role_arn = "arn:aws:iam::111122223333:role/key-administrator"
  deploy_role_arn            = "arn:aws:iam::111122223333:role/deploy"
@@ if callers == "jwt"
  token_issuer               = "https://cognito-idp.@{ region }.amazonaws.com/@{ region }_EXAMPLE"
  token_audience             = ["exampleclientid"]
@@ endif
@@ if signed
  signing_profile_version_arns = ["arn:aws:signer:@{ region }:111122223333:/signing-profiles/release/abcdefghij"]
@@ endif
@@ if vpc
  subnet_ids                 = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
  security_group_ids         = ["sg-0123456789abcdef0"]
@@ endif
}

run "one_door" {
  command = apply

  assert {
    condition     = aws_apigatewayv2_api.this.disable_execute_api_endpoint && aws_apigatewayv2_domain_name.this.domain_name_configuration[0].security_policy == "TLS_1_2"
    error_message = "the certificate's name is the only door, with TLS 1.2"
  }

@@ for route in routes
@@ set id = route | lower | replace("/", " ") | replace("{", "") | replace("}", "") | snake | replace("__", "_")
  assert {
    condition     = aws_apigatewayv2_route.@{ id }.authorization_type == "@{ "JWT" if callers == "jwt" else "AWS_IAM" }"
    error_message = "@{ route } asks who calls"
  }

  assert {
    condition     = endswith(aws_lambda_permission.@{ id }.source_arn, "/live/@{ path(route) }")
    error_message = "the function is called by @{ route } of one stage"
  }
@@ endfor
}

run "the_role_has_the_verbs_alone" {
  command = plan

  assert {
    condition     = !strcontains(jsonencode(data.aws_iam_policy_document.function.statement[0].actions), "*")
    error_message = "no pattern in an action on the table"
  }
@@ if "deletes" not in verbs

  assert {
    condition     = !contains(data.aws_iam_policy_document.function.statement[0].actions, "dynamodb:DeleteItem")
    error_message = "the intent does not say that the function deletes"
  }
@@ endif
}

run "data_is_sealed_and_restored" {
  command = apply

  assert {
    condition     = aws_dynamodb_table.this.server_side_encryption[0].kms_key_arn == aws_kms_key.records.arn && aws_dynamodb_table.this.point_in_time_recovery[0].enabled && aws_dynamodb_table.this.deletion_protection_enabled
    error_message = "the table is sealed with its key, restored to a point in time, and protected from deletion"
  }
}

run "every_log_is_kept" {
  command = apply

  assert {
    condition     = alltrue([for group in aws_cloudwatch_log_group.this : group.retention_in_days == @{ retention } && group.kms_key_id == aws_kms_key.logs.arn])
    error_message = "logs are kept @{ retention } days, under a key of their own"
  }
}

run "short_retention_is_refused" {
  command = plan

  variables {
    log_retention_days = 30
  }

  expect_failures = [var.log_retention_days]
}

run "code_without_a_version_is_refused" {
  command = plan

  variables {
    code = { bucket = "code", key = "function.zip", version = "" }
  }

  expect_failures = [var.code]
}
@@ if callers == "jwt"

run "tokens_for_anybody_are_refused" {
  command = plan

  variables {
    token_audience = []
  }

  expect_failures = [var.token_audience]
}
@@ endif
