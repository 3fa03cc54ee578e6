import Button from '@atlaskit/button/new';
import ModalDialog, { ModalBody, ModalFooter, ModalHeader, ModalTitle, ModalTransition } from '@atlaskit/modal-dialog';
import type { ExportInfo } from '@xpress/forge/api';
import { type ReactNode, useState } from 'react';
import { ProblemMessage } from '../app/ProblemMessage';
import { type Problem, problemOf } from '../app/problemOf';
import { useText } from '../i18n/useText';
import { isRunning } from './list';

/** Titles that are listed before “and 12 more”. */
const LISTED = 5;

/** Asks before documents are deleted, deletes them, and tells of one that can't be. */
export function DeleteDialog({
  infos,
  remove,
  onClose,
}: {
  infos: readonly ExportInfo[];
  remove: (id: string) => Promise<void>;
  /** With how many were deleted. */
  onClose: (deleted: number) => void;
}) {
  const text = useText();
  const [done, setDone] = useState(0);
  const count = infos.length;
  const running = infos.filter(isRunning).length;
  const titles = infos.map(({ title }) => title || text('documents.untitled'));
  const run = async () => {
    // Those before `done` are gone already, if it is tried again.
    for (let index = done; index < count; index += 1) {
      const info = infos[index];
      if (info) await remove(info.id);
      setDone(index + 1);
    }
    return count;
  };
  return (
    <Confirm
      title={text('documents.delete.ask', { count })}
      yes={text('documents.delete')}
      no={text('documents.delete.keep')}
      run={run}
      onClose={finished => onClose(finished ? count : done)}
      progress={count > 1 ? text('documents.delete.progress', { done, total: count }) : undefined}
    >
      <p>{text('documents.delete.what', { count, title: titles[0] ?? '' })}</p>
      {count > 1 && (
        <ul className="xp-confirm__list">
          {titles.slice(0, LISTED).map((title, index) => (
            <li key={infos[index]?.id}>
              <bdi>{title}</bdi>
            </li>
          ))}
          {count > LISTED && <li>{text('documents.delete.rest', { count: count - LISTED })}</li>}
        </ul>
      )}
      {running > 0 && <p>{text('documents.delete.running', { count: running })}</p>}
      <p>{text('documents.delete.final')}</p>
    </Confirm>
  );
}

/** Asks before a running export is stopped. */
export function CancelDialog({
  info,
  cancel,
  onClose,
}: {
  info: ExportInfo;
  cancel: (id: string) => Promise<void>;
  /** With whether it was stopped. */
  onClose: (stopped: boolean) => void;
}) {
  const text = useText();
  return (
    <Confirm
      title={text('documents.cancel.ask')}
      yes={text('documents.cancel.do')}
      no={text('documents.cancel.keep')}
      run={() => cancel(info.id)}
      onClose={onClose}
    >
      <p>{text('documents.cancel.what', { title: info.title || text('documents.untitled') })}</p>
    </Confirm>
  );
}

function Confirm({
  title,
  yes,
  no,
  run,
  onClose,
  progress,
  children,
}: {
  title: string;
  yes: string;
  no: string;
  run: () => Promise<unknown>;
  onClose: (finished: boolean) => void;
  progress?: string | undefined;
  children: ReactNode;
}) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const confirm = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      await run();
      onClose(true);
    } catch (error) {
      setProblem(problemOf(error));
      setBusy(false);
    }
  };
  return (
    <ModalTransition>
      <ModalDialog onClose={() => !busy && onClose(false)} width="small">
        <ModalHeader>
          <ModalTitle appearance="danger">{title}</ModalTitle>
        </ModalHeader>
        <ModalBody>
          <div className="xp-confirm">
            {children}
            {busy && progress && <output className="xp-quiet">{progress}</output>}
            {problem && <ProblemMessage problem={problem} />}
          </div>
        </ModalBody>
        <ModalFooter>
          <Button appearance="subtle" isDisabled={busy} onClick={() => onClose(false)}>
            {no}
          </Button>
          <Button appearance="danger" isLoading={busy} onClick={() => void confirm()}>
            {yes}
          </Button>
        </ModalFooter>
      </ModalDialog>
    </ModalTransition>
  );
}
