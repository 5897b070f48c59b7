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

  mock_resource "aws_iam_policy" {
    defaults = { arn = "arn:aws:iam::111122223333:policy/mock" }
  }

  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:@{ region }:111122223333:key/00000000-0000-0000-0000-000000000000" }
  }

  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:@{ region }:111122223333:log-group:mock" }
  }

  mock_resource "aws_lb" {
    defaults = { arn = "arn:aws:elasticloadbalancing:@{ region }:111122223333:loadbalancer/app/mock/0000000000000000" }
  }

  mock_resource "aws_lb_target_group" {
    defaults = { arn = "arn:aws:elasticloadbalancing:@{ region }:111122223333:targetgroup/mock/0000000000000000" }
  }

  mock_resource "aws_wafv2_web_acl" {
    defaults = { arn = "arn:aws:wafv2:@{ region }:111122223333:regional/webacl/mock/00000000-0000-0000-0000-000000000000" }
  }

  mock_resource "aws_secretsmanager_secret" {
    defaults = { arn = "arn:aws:secretsmanager:@{ region }:111122223333:secret:@{ name }/payment-AbCdEf" }
  }

}

variables {
  image_digest               = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  domain_name                = "@{ domain }"
  certificate_arn            = "arn:aws:acm:@{ region }:111122223333:certificate/00000000-0000-0000-0000-000000000000"
  key_administrator_role_arn = "arn:aws:iam::111122223333:role/key-administrator"
  importer_role_arn          = "arn:aws:iam::111122223333:role/importer"
  rotation_function_arn      = "arn:aws:lambda:@{ region }:111122223333:function:rotate-payment"
  rotation_role_arn          = "arn:aws:iam::111122223333:role/rotate-payment"
  github_repository          = "@{ repository }"
}

run "address_plan" {
  command = apply

  assert {
    condition     = [for subnet in aws_subnet.edge : subnet.cidr_block] == @{ plan.segments[0].subnets | map(attribute="cidr") | list | hcl }
    error_message = "edge has the first quarter"
  }

  assert {
    condition     = [for subnet in aws_subnet.data : subnet.cidr_block] == @{ plan.segments[2].subnets | map(attribute="cidr") | list | hcl }
    error_message = "data has the third quarter"
  }

  assert {
    condition     = [for subnet in aws_subnet.app : subnet.availability_zone] == ["@{ region }@{ zones[0] }", "@{ region }@{ zones[1] }"]
    error_message = "app spans two zones"
  }
}

run "only_the_edge_faces_the_internet" {
  command = apply

  assert {
    condition     = aws_route.edge_to_internet.route_table_id == aws_route_table.edge.id
    error_message = "the way to the internet is the edge's alone"
  }

  assert {
    condition     = aws_vpc_endpoint.s3.route_table_ids == toset([aws_route_table.app.id])
    error_message = "only the tasks have a way to S3"
  }

  assert {
    condition     = [for entry in aws_network_acl.data.ingress : "${entry.cidr_block} ${entry.from_port}-${entry.to_port}"] == ["@{ plan.segments[1].cidr } 5432-5432"]
    error_message = "the database's subnets admit the tasks on 5432 and nobody else"
  }

  assert {
    condition     = [for entry in aws_network_acl.data.egress : "${entry.cidr_block} ${entry.from_port}-${entry.to_port}"] == ["@{ plan.segments[1].cidr } 32768-65535"]
    error_message = "the database's subnets answer the tasks and nobody else"
  }

  assert {
    condition     = aws_ecs_service.app.network_configuration[0].assign_public_ip == false && aws_db_instance.this.publicly_accessible == false
    error_message = "tasks and database have no public address"
  }
}

run "groups_refer_to_groups" {
  command = apply

  assert {
    condition = alltrue([
      for rule in [
        aws_vpc_security_group_ingress_rule.app_from_edge, aws_vpc_security_group_ingress_rule.data_from_app,
        aws_vpc_security_group_ingress_rule.endpoints_from_app, aws_vpc_security_group_egress_rule.edge_to_app,
        aws_vpc_security_group_egress_rule.app_to_data, aws_vpc_security_group_egress_rule.app_to_endpoints,
      ] : rule.referenced_security_group_id != null && rule.cidr_ipv4 == null && rule.from_port == rule.to_port
    ])
    error_message = "inside the VPC a rule names a group and one port"
  }

  assert {
    condition     = [for rule in [aws_vpc_security_group_ingress_rule.edge_from_internet] : [rule.from_port, rule.to_port]] == [[443, 443]]
    error_message = "the internet reaches the edge on 443"
  }
}

run "data_is_kept_and_sealed" {
  command = apply

  assert {
    condition     = aws_db_instance.this.storage_encrypted && aws_db_instance.this.iam_database_authentication_enabled
    error_message = "the database is encrypted and opened by IAM"
  }

  assert {
    condition     = contains([for parameter in aws_db_parameter_group.this.parameter : "${parameter.name}=${parameter.value}"], "rds.force_ssl=1")
    error_message = "the database speaks TLS only"
  }

  assert {
    condition     = alltrue([for group in aws_cloudwatch_log_group.this : group.retention_in_days == @{ retention } && group.kms_key_id == aws_kms_key.logs.arn])
    error_message = "every log is kept @{ retention } days, under the key of the logs"
  }

  assert {
    condition     = !anytrue([for key in [aws_kms_key.records, aws_kms_key.credentials, aws_kms_key.logs] : strcontains(key.policy, "kms:*")])
    error_message = "nobody may do everything with a key"
  }
}

run "the_deployer_is_bound" {
  command = apply

  assert {
    condition = alltrue([
      for role in [aws_iam_role.task, aws_iam_role.execution, aws_iam_role.flow_log, aws_iam_role.monitoring] :
      role.permissions_boundary == aws_iam_policy.boundary.arn
    ])
    error_message = "every role that something runs with stands under the boundary"
  }

  assert {
    condition     = !strcontains(join(" ", flatten(local.apply_statements[*].Action)), "*")
    error_message = "no action of the deployer is a pattern"
  }

  assert {
    condition = alltrue([
      for statement in local.apply_statements : !strcontains(join(" ", flatten([statement.Resource])), "*")
      if contains(statement.Action, "iam:PassRole")
    ])
    error_message = "the deployer passes named roles only"
  }

  assert {
    condition     = length(setintersection(flatten(local.apply_statements[*].Resource), values(local.arn))) == 0
    error_message = "the deployer changes neither itself nor the boundary"
  }
}

run "an_image_by_tag_is_refused" {
  command = plan

  variables {
    image_digest = "latest"
  }

  expect_failures = [var.image_digest]
}

run "a_wildcard_repository_is_refused" {
  command = plan

  variables {
    github_repository = "acme/*"
  }

  expect_failures = [var.github_repository]
}

run "short_retention_is_refused" {
  command = plan

  variables {
    log_retention_days = 30
  }

  expect_failures = [var.log_retention_days]
}
