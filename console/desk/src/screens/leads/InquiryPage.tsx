import { Alert, Button } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { useEffect } from "react";
import { ask } from "../../api/ask";
import { stale } from "../../api/queries";
import { DeleteButton } from "../../edit/DeleteButton";
import { RecordScreen } from "../../edit/RecordScreen";
import { moment } from "../../format";
import { InquiryDocument, type InquiryRowFragment, MarkInquiriesReadDocument } from "../../gql/graphql";
import { DOUBT } from "../../labels";
import { useSay } from "../../say";
import { ActButton } from "../../ui/ActButton";
import { go } from "../../ui/Go";

async function mark(id: string, read: boolean): Promise<void> {
  await ask(MarkInquiriesReadDocument, { input: { rows: [{ id }], read } });
  stale("inquiries", "dashboard");
}

export function InquiryPage() {
  const say = useSay();
  const { id = "" } = useParams({ strict: false });
  return (
    <RecordScreen
      kind="inquiries"
      id={id}
      back={{ to: "/messages", label: say(["Messages", "Messages"]) }}
      load={async (id) => (await ask(InquiryDocument, { id })).inquiry}
      title={(message) => message.subject}
      actions={(message) => (
        <>
          <Button component="a" href={`mailto:${message.email}?subject=${encodeURIComponent(`Re: ${message.subject}`)}`}>
            {say(["Répondre", "Answer"])}
          </Button>
          <ActButton
            run={async () => {
              await mark(message.id, false);
              await go("/messages");
            }}
          >
            {say(["Marquer non lu", "Mark as unread"])}
          </ActButton>
          <DeleteButton record={message} name={message.subject} back="/messages" />
        </>
      )}
    >
      {(message) => <Message message={message} />}
    </RecordScreen>
  );
}

function Message({ message }: { message: InquiryRowFragment }) {
  const say = useSay();
  // Once, when it is opened: who marks it unread afterwards means it.
  useEffect(() => {
    if (!message.isRead) void mark(message.id, true).catch(() => {});
  }, [message.id]);
  return (
    <>
      {message.doubt && <Alert color="yellow">{say(DOUBT[message.doubt])}</Alert>}
      <dl className="facts">
        <dt>{say(["De", "From"])}</dt>
        <dd>{message.name}</dd>
        <dt>E-mail</dt>
        <dd>
          <a href={`mailto:${message.email}`}>{message.email}</a>
        </dd>
        {message.phoneFormatted && (
          <>
            <dt>{say(["Téléphone", "Phone"])}</dt>
            <dd>{message.phoneFormatted}</dd>
          </>
        )}
        <dt>{say(["Reçu", "Received"])}</dt>
        <dd>{moment(message.createdAt)}</dd>
      </dl>
      <p className="prose">{message.message}</p>
    </>
  );
}
