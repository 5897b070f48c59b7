@@ from "_parts/serverless-api/route.txt" import path
resource "aws_lambda_function" "this" {
@@ if not asynchronous
  # checkov:skip=CKV_AWS_116:Every call waits for its answer; what fails is told to the caller and logged.
@@ endif
@@ if not vpc
  # checkov:skip=CKV_AWS_117:It talks to DynamoDB and its log only, whose doors are IAM; a network would add ways, not take any.
@@ endif
@@ if not signed
  # checkov:skip=CKV_AWS_272:The version of the object is pinned; ask for `signed` to have signatures checked too.
@@ endif
  function_name                  = var.name
  description                    = "Answers the API ${var.name}"
  role                           = aws_iam_role.function.arn
  runtime                        = var.runtime
  handler                        = var.handler
  architectures                  = ["arm64"]
  memory_size                    = var.memory
  timeout                        = 10
  reserved_concurrent_executions = var.concurrency
  kms_key_arn                    = aws_kms_key.records.arn
@@ if signed
  code_signing_config_arn        = aws_lambda_code_signing_config.this.arn
@@ endif

  s3_bucket         = var.code.bucket
  s3_key            = var.code.key
  s3_object_version = var.code.version

  environment {
    variables = {
      TABLE_NAME = aws_dynamodb_table.this.name
    }
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.this["function"].name
  }

  tracing_config {
    mode = "Active"
  }
@@ if asynchronous

  dead_letter_config {
    target_arn = aws_sqs_queue.failed.arn
  }
@@ endif
@@ if vpc

  vpc_config {
    subnet_ids         = var.subnet_ids
    security_group_ids = var.security_group_ids
  }
@@ endif

  tags = merge(local.tags, { segment = "app" })

  depends_on = [aws_iam_role_policy.function]
}
@@ if signed

resource "aws_lambda_code_signing_config" "this" {
  description = "Signatures of ${var.name}"

  allowed_publishers {
    signing_profile_version_arns = var.signing_profile_version_arns
  }

  policies {
    untrusted_artifact_on_deployment = "Enforce"
  }
}
@@ endif
@@ for route in routes
@@ set id = route | lower | replace("/", " ") | replace("{", "") | replace("}", "") | snake | replace("__", "_")

resource "aws_lambda_permission" "@{ id }" {
  statement_id   = "@{ id }"
  function_name  = aws_lambda_function.this.function_name
  action         = "lambda:InvokeFunction"
  principal      = "apigateway.amazonaws.com"
  source_account = local.account
@@ if "{" in route
  # distrust: ignore[aws-lambda-permission-any-path] any one word in place of what the route has in braces, no other route
@@ endif
  source_arn     = "${aws_apigatewayv2_stage.this.execution_arn}/@{ path(route) }"
}
@@ endfor
@@ if asynchronous

# What was called without waiting and failed three times. Who looks at it is decided elsewhere.
resource "aws_sqs_queue" "failed" {
  name                              = "${var.name}-failed"
  kms_master_key_id                 = aws_kms_key.logs.arn
  kms_data_key_reuse_period_seconds = 300
  message_retention_seconds         = 1209600

  tags = merge(local.tags, { segment = "app" })
}

resource "aws_sqs_queue_policy" "failed" {
  queue_url = aws_sqs_queue.failed.url
  policy    = data.aws_iam_policy_document.failed.json
}

data "aws_iam_policy_document" "failed" {
  statement {
    sid       = "TlsOnly"
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = [aws_sqs_queue.failed.arn]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }

  statement {
    sid       = "NobodyElsePuts"
    effect    = "Deny"
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.failed.arn]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "ArnNotEquals"
      variable = "aws:PrincipalArn"
      values   = [aws_iam_role.function.arn]
    }
  }
}

resource "aws_lambda_function_event_invoke_config" "this" {
  function_name                = aws_lambda_function.this.function_name
  maximum_event_age_in_seconds = 3600
  maximum_retry_attempts       = 2
}
@@ endif
