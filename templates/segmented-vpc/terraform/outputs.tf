@@ set names = plan.segments | map(attribute="name") | list
output "vpc_id" {
  description = "The VPC."
  value       = aws_vpc.this.id
}

output "subnet_ids" {
  description = "Subnets of each segment, by availability zone."
  value = {
@@ for name in names
    @{ name } = { for zone, subnet in aws_subnet.@{ name } : zone => subnet.id }
@@ endfor
  }
}

output "security_group_ids" {
  description = "Security group of each segment."
  value = {
@@ for name in names
    @{ name } = aws_security_group.@{ name }.id
@@ endfor
  }
}

output "route_table_ids" {
  description = "Route table of each segment."
  value = {
@@ for name in names
    @{ name } = aws_route_table.@{ name }.id
@@ endfor
  }
}

output "flow_log_group" {
  description = "Log group of the flow logs."
  value       = aws_cloudwatch_log_group.flow.name
}
