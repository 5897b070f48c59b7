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

impl Evaluator<'_, '_> {
    /// What `Ref` gives for this resource, where the template says it.
    pub(super) fn given_name(&mut self, id: &EcoString, type_name: &str) -> Option<Value> {
        let (_, property) = NAMES.iter().find(|(known, _)| *known == type_name)?;
        if let Some(known) = self.names.get(id) {
            return known.clone();
        }
        // A name that is built from itself is no name.
        self.names.insert(id.clone(), None);
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
        self.names.insert(id.clone(), name.clone());
        name
    }
}
