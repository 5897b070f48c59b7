//! What `Ref` gives for resources that are named in the template.

use ecow::EcoString;

use super::evaluator::Evaluator;
use super::text::known;
use crate::eval::Value;

/// The types of which `Ref` gives precisely the value of this property where it is written
/// ("Return values" on the page of each type in the Template Reference).
const NAMES: [(&str, &str); 13] = [
    ("AWS::DynamoDB::Table", "TableName"),
    ("AWS::ECR::Repository", "RepositoryName"),
    ("AWS::ECS::Cluster", "ClusterName"),
    ("AWS::IAM::Group", "GroupName"),
    ("AWS::IAM::InstanceProfile", "InstanceProfileName"),
    ("AWS::IAM::Role", "RoleName"),
    ("AWS::IAM::User", "UserName"),
    ("AWS::KMS::Alias", "AliasName"),
    ("AWS::Kinesis::Stream", "Name"),
    ("AWS::Lambda::Function", "FunctionName"),
    ("AWS::Logs::LogGroup", "LogGroupName"),
    ("AWS::S3::Bucket", "BucketName"),
    ("AWS::SSM::Parameter", "Name"),
];

/// The types of which an attribute gives precisely the value of a property where that is written (the same pages).
const ATTRIBUTES: [(&str, &str, &str); 8] = [
    ("AWS::EC2::Subnet", "AvailabilityZone", "AvailabilityZone"),
    ("AWS::EC2::Subnet", "CidrBlock", "CidrBlock"),
    ("AWS::EC2::VPC", "CidrBlock", "CidrBlock"),
    (
        "AWS::ElastiCache::CacheCluster",
        "ConfigurationEndpoint.Port",
        "Port",
    ),
    ("AWS::RDS::DBCluster", "Endpoint.Port", "Port"),
    ("AWS::RDS::DBInstance", "Endpoint.Port", "Port"),
    ("AWS::SNS::Topic", "TopicName", "TopicName"),
    ("AWS::SQS::Queue", "QueueName", "QueueName"),
];

impl Evaluator<'_, '_> {
    /// What `Ref` gives for this resource, where the template says it.
    pub(super) fn given_name(&mut self, id: &EcoString, type_name: &str) -> Option<Value> {
        let (_, property) = NAMES.iter().find(|(known, _)| *known == type_name)?;
        self.given(id, property)
    }

    /// What `Fn::GetAtt` gives for an attribute of this resource, where the template says it.
    pub(super) fn given_attribute(
        &mut self,
        id: &EcoString,
        type_name: &str,
        attribute: &str,
    ) -> Option<Value> {
        let is_it =
            |(known, name, _): &&(&str, &str, &str)| *known == type_name && *name == attribute;
        let (_, _, property) = ATTRIBUTES.iter().find(is_it)?;
        self.given(id, property)
    }

    fn given(&mut self, id: &EcoString, property: &str) -> Option<Value> {
        let place = ecow::eco_format!("{id}.{property}");
        if let Some(known) = self.names.get(&place) {
            return known.clone();
        }
        // A name that is built from itself is no name.
        self.names.insert(place.clone(), None);
        let resource = self.resources.get(id)?.clone();
        let properties = self.document.get(resource.item.node, "Properties")?.value;
        let node = self.document.get(properties, property)?.value;
        self.unsure += 1;
        let condition = self
            .document
            .get(resource.item.node, "Condition")
            .map(|pair| pair.value);
        let value = self.assuming(condition, &resource.item.scope, |this| {
            this.value(node, &resource.item.scope)
        });
        self.unsure -= 1;
        // A name may also be written as an ARN, of which `Ref` gives only a part.
        let name = known(&value)
            .filter(|text| !text.is_empty() && !text.starts_with("arn:"))
            .map(|_| value);
        self.names.insert(place, name.clone());
        name
    }
}
