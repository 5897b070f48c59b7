@@ from "_parts/serverless-api/route.txt" import path
output "url" {
  description = "Where the API answers."
  value       = "https://${var.domain_name}"
}

output "domain_target" {
  description = "What the name is to point at: an alias record."
  value = {
    name    = aws_apigatewayv2_domain_name.this.domain_name_configuration[0].target_domain_name
    zone_id = aws_apigatewayv2_domain_name.this.domain_name_configuration[0].hosted_zone_id
  }
}
@@ if callers == "iam"

output "routes" {
  description = "ARN of each route, for the policies of callers (execute-api:Invoke)."
  value = {
@@ for route in routes
    "@{ route }" = "${aws_apigatewayv2_stage.this.execution_arn}/@{ path(route) }"
@@ endfor
  }
}
@@ endif

output "function_name" {
  description = "The function."
  value       = aws_lambda_function.this.function_name
}

output "function_role_arn" {
  description = "Role of the function."
  value       = aws_iam_role.function.arn
}

output "table_name" {
  description = "The table."
  value       = aws_dynamodb_table.this.name
}

output "key_arns" {
  description = "KMS key of each class of data."
  value       = { records = aws_kms_key.records.arn, logs = aws_kms_key.logs.arn }
}

output "log_groups" {
  description = "Log groups, by what they hold."
  value       = { for use, group in aws_cloudwatch_log_group.this : use => group.name }
}
@@ if asynchronous

output "failed_queue_arn" {
  description = "Queue of what was called without waiting and failed."
  value       = aws_sqs_queue.failed.arn
}
@@ endif
