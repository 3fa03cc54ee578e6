import Button from '@atlaskit/button/new';
import CheckIcon from '@atlaskit/icon/core/check-mark';
import { useHost } from '../app/HostContext';
import { useText } from '../i18n/useText';
import { Finished } from './Finished';
import type { Export, Phase } from './useExport';

interface Props {
  phase: Extract<Phase, { kind: 'done' }>;
  onKeep: Export['keep'];
  onAgain: () => void;
  showDocument: (id: string) => void;
}

/** What was made in the browser: to be downloaded, and kept if the user wishes. */
export function Result({ phase, onKeep, onAgain }: Props) {
  const host = useHost();
  const text = useText();
  const { made, kept, problem } = phase;
  return (
    <Finished
      title={made.title}
      files={made.files.map(({ info }) => info)}
      sheets={made.sheets}
      lost={made.lost}
      losses={made.losses}
      problem={problem}
      note={kept === 'yes' ? undefined : text('export.notKept')}
      onDownload={({ index }) => {
        const file = made.files.find(({ info }) => info.index === index);
        if (file) host.save(file);
      }}
    >
      {kept === 'yes' ? (
        <span className="xp-outcome__kept" role="status">
          <CheckIcon label="" color="currentColor" />
          {text('export.kept')}
        </span>
      ) : (
        <Button isLoading={kept === 'keeping'} onClick={() => void onKeep()}>
          {text('export.keep')}
        </Button>
      )}
      <Button appearance="subtle" onClick={onAgain}>
        {text('export.again')}
      </Button>
    </Finished>
  );
}
